#include "alerting/decider.h"

#include <fmt/core.h>

#include <array>
#include <variant>

#include "alerting/alerting.h"
#include "base/assert.h"
#include "model/codec.h"

namespace vigie::alerting {

namespace {

WallTime next_minute(WallTime now) {
  constexpr int64_t kMinute = 60'000;
  return wall_from_millis((to_millis(now) / kMinute + 1) * kMinute);
}

}  // namespace

AlertingDecider::AlertingDecider() : states_(state_), dispatcher_(state_) {
  reindex();
}

void AlertingDecider::reindex() {
  inhibitor_ = Inhibitor(settings_.inhibit_rules);
  muted_by_time_.clear();
  inhibits_.clear();
  for (const auto& [name, alert] : state_.alerts) {
    if (alert.state != AlertState::firing) { continue; }
    inhibitor_.add(name, alert.full_labels());
    if (!alert.inhibitor.empty()) { inhibits_[alert.inhibitor].insert(name); }
    if (!alert.muted_by.empty() && alert.inhibitor.empty()) { muted_by_time_.insert(name); }
  }
  states_.reindex(settings_);
  dispatcher_.reindex(settings_, [this](const Alert& alert) -> std::string {
    if (!alert.cause.empty()) { return fmt::format("victim of {}", alert.cause); }
    const std::string by = inhibitor_.inhibited_by(alert.fingerprint, alert.full_labels());
    return by.empty() ? "" : fmt::format("inhibited by {}", by);
  });
}

Effects AlertingDecider::apply(const Event& event, WallTime now) {
  Effects out;
  AlertChanges changes;
  if (const auto* rose = std::get_if<ConditionRose>(&event.body)) {
    states_.rose(rose->rule, rose->labels, rose->annotations, rose->value, now, changes);
  } else if (const auto* updated = std::get_if<ConditionUpdated>(&event.body)) {
    states_.rose(updated->rule, updated->labels, updated->annotations, updated->value, now,
                 changes);
  } else if (const auto* fell = std::get_if<ConditionFell>(&event.body)) {
    states_.fell(fell->rule, fell->labels, now, changes);
  } else if (std::holds_alternative<TimerDue>(event.body)) {
    states_.due(now, changes);
    follow(changes, now, out);
    if (!state_.minute_at || *state_.minute_at > now) {
      dispatcher_.due(now, out);
      return out;
    }
    unmute(now, out);
    dispatcher_.due(now, out);
    return out;
  } else if (const auto* settled = std::get_if<EffectSettled>(&event.body)) {
    dispatcher_.settled(*settled, now);
  } else if (const auto* placed = std::get_if<AlertPlaced>(&event.body)) {
    on(*placed, now, out);
  } else if (const auto* attached = std::get_if<AlertAttached>(&event.body)) {
    on(*attached);
  } else if (const auto* book = std::get_if<BookAdopted>(&event.body)) {
    on(*book, now, out);
  } else if (std::holds_alternative<DaemonStarted>(event.body)) {
    states_.started(now, changes);
    dispatcher_.started(now);
  } else if (const auto* jumped = std::get_if<ClockJumped>(&event.body)) {
    states_.jumped(jumped->by);
    dispatcher_.jumped(jumped->by);
    // Time intervals are promises of the wall clock: asked again at once.
    if (state_.minute_at) { state_.minute_at = now; }
  }
  follow(changes, now, out);
  states_.forget(now);
  return out;
}

void AlertingDecider::on(const BookAdopted& event, WallTime now, Effects& out) {
  Result<json::value> book = parse_json(event.text);
  BUG(book.has_value(), "a book in force is no JSON: {}", book.error().what);
  if (!book) { return; }
  const Settings before = std::move(settings_);
  const config::Node root = config::Node::from_json(*book);
  settings_ = Settings::read(root);
  state_.book = book_sections(root);
  AlertChanges changes;
  states_.adopt(before, settings_, now, changes);
  reindex();
  // What the new book no longer mutes must be heard of now, not when its inhibitor ends.
  for (auto& [name, alert] : state_.alerts) {
    if (alert.state != AlertState::firing || alert.muted_by.empty()) { continue; }
    set_muted(alert, now);
    if (alert.muted_by.empty()) { announce(alert, now, out); }
  }
  follow(changes, now, out);
  dispatcher_.adopt(now);
  dispatcher_.reconsider(now);
}

void AlertingDecider::on(const AlertPlaced& event, WallTime now, Effects& out) {
  const auto found = state_.alerts.find(event.fingerprint);
  if (found == state_.alerts.end() || found->second.state != AlertState::firing) { return; }
  Alert& alert = found->second;
  const bool was_victim = !alert.cause.empty();
  const Labels told = alert.full_labels();
  inhibitor_.remove(alert.fingerprint, told);
  alert.placement.clear();
  for (const auto& [name, value] : {std::pair{"chain", &event.chain},
                                    {"stage", &event.stage},
                                    {"service", &event.service},
                                    {"team", &event.team}}) {
    if (!value->empty()) { alert.placement[name] = *value; }
  }
  alert.cause = event.cause;
  alert.cause_why = event.cause.empty() ? "" : event.why;
  states_.placed(alert, event.tentative);
  inhibitor_.add(alert.fingerprint, alert.full_labels());
  dispatcher_.route(alert, told, now);
  if (was_victim && alert.cause.empty()) { dispatcher_.reconsider(now); }
  static_cast<void>(out);
}

void AlertingDecider::on(const AlertAttached& event) {
  const auto found = state_.alerts.find(event.fingerprint);
  if (found != state_.alerts.end()) { found->second.incident = event.incident; }
}

std::string AlertingDecider::route_mutes(const Alert& alert, WallTime now) const {
  std::string first;
  for (const Route* route : match_routes(settings_.route, settings_.known_labels(alert.labels))) {
    const std::string why = settings_.muted_by_time(route->muted_during, route->active_during, now);
    // One route that speaks is enough.
    if (why.empty()) { return ""; }
    if (first.empty()) { first = why; }
  }
  return first;
}

void AlertingDecider::clear_muted(Alert& alert) {
  const auto targets = inhibits_.find(alert.inhibitor);
  if (targets != inhibits_.end()) {
    targets->second.erase(alert.fingerprint);
    if (targets->second.empty()) { inhibits_.erase(targets); }
  }
  muted_by_time_.erase(alert.fingerprint);
  alert.inhibitor.clear();
  alert.muted_by.clear();
}

void AlertingDecider::set_muted(Alert& alert, WallTime now) {
  clear_muted(alert);
  alert.inhibitor = inhibitor_.inhibited_by(alert.fingerprint, alert.full_labels());
  if (!alert.inhibitor.empty()) {
    const auto source = state_.alerts.find(alert.inhibitor);
    alert.muted_by = source == state_.alerts.end()
                         ? "an inhibition"
                         : fmt::format("inhibited by {}", source->second.labels.get("alertname"));
    inhibits_[alert.inhibitor].insert(alert.fingerprint);
    return;
  }
  alert.muted_by = route_mutes(alert, now);
  if (!alert.muted_by.empty()) { muted_by_time_.insert(alert.fingerprint); }
}

void AlertingDecider::announce(Alert& alert, WallTime now, Effects& out) {
  set_muted(alert, now);
  AlertFired fired{.fingerprint = alert.fingerprint,
                   .labels = alert.labels,
                   .annotations = alert.annotations,
                   .value = alert.value,
                   .active_at = alert.active_at,
                   .escalation = {},
                   .urgency = {},
                   .muted_by = alert.muted_by};
  for (const Route* route : match_routes(settings_.route, settings_.known_labels(alert.labels))) {
    if (fired.escalation.empty()) { fired.escalation = route->escalation; }
    if (fired.urgency.empty()) { fired.urgency = route->urgency; }
  }
  out.say(std::move(fired));
}

void AlertingDecider::follow(const AlertChanges& changes, WallTime now, Effects& out) {
  // All sources first: what rises together may inhibit each other.
  for (const std::string& name : changes.fired) {
    Alert& alert = state_.alerts.at(name);
    inhibitor_.add(name, alert.full_labels());
  }
  for (const std::string& name : changes.fired) { announce(state_.alerts.at(name), now, out); }
  for (const std::string& name : changes.reworded) { announce(state_.alerts.at(name), now, out); }
  std::set<std::string> freed;
  for (const std::string& name : changes.resolved) { dispatcher_.ended(state_.alerts.at(name)); }
  for (const std::string& name : changes.resolved) {
    Alert& alert = state_.alerts.at(name);
    inhibitor_.remove(name, alert.full_labels());
    clear_muted(alert);
    if (const auto targets = inhibits_.find(name); targets != inhibits_.end()) {
      freed.insert(targets->second.begin(), targets->second.end());
      inhibits_.erase(targets);
    }
    out.say(AlertResolved{.fingerprint = name, .labels = alert.labels, .why = alert.resolved_why});
  }
  for (const std::string& name : freed) {
    const auto found = state_.alerts.find(name);
    if (found == state_.alerts.end() || found->second.state != AlertState::firing) { continue; }
    // Said again only when nothing else mutes it: then somebody must hear of it.
    set_muted(found->second, now);
    if (found->second.muted_by.empty()) { announce(found->second, now, out); }
  }
  if (!changes.resolved.empty()) { dispatcher_.reconsider(now); }
  for (const std::string& name : changes.unplaced) {
    const Alert& alert = state_.alerts.at(name);
    dispatcher_.route(alert, alert.full_labels(), now);
  }
  if (muted_by_time_.empty()) {
    state_.minute_at.reset();
  } else if (!state_.minute_at) {
    state_.minute_at = next_minute(now);
  }
}

void AlertingDecider::unmute(WallTime now, Effects& out) {
  state_.minute_at.reset();
  const std::set<std::string> muted = muted_by_time_;
  for (const std::string& name : muted) {
    Alert& alert = state_.alerts.at(name);
    set_muted(alert, now);
    if (alert.muted_by.empty()) { announce(alert, now, out); }
  }
  if (!muted_by_time_.empty()) { state_.minute_at = next_minute(now); }
}

std::optional<WallTime> AlertingDecider::next_timer() const {
  std::optional<WallTime> at = state_.minute_at;
  for (const auto& other : {states_.next_timer(), dispatcher_.next_timer()}) {
    if (other && (!at || *other < *at)) { at = other; }
  }
  return at;
}

json::value AlertingDecider::snapshot() const {
  return encode(state_);
}

Status AlertingDecider::restore(const json::value& snapshot) {
  VIGIE_TRY(state_, decode<AlertingState>(snapshot));
  settings_ = Settings{};
  if (!state_.book.empty()) {
    Result<json::value> book = parse_json(state_.book);
    if (!book) { return error(Code::corrupt, book.error().what); }
    settings_ = Settings::read(config::Node::from_json(*book));
  }
  for (const auto& [name, alert] : state_.alerts) {
    if (alert.state == AlertState::firing && !alert.fired_at) {
      return error(Code::corrupt, fmt::format("alert {} fires since never", name));
    }
  }
  reindex();
  return ok();
}

std::unique_ptr<Decider> AlertingDecider::fresh() const {
  return std::make_unique<AlertingDecider>();
}

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<AlertingDecider>();
}

}  // namespace vigie::alerting
