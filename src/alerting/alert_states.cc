#include "alerting/alert_states.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie::alerting {

namespace {

/// Topology answers AlertFired in the same step; if it ever does not, receivers are told anyway.
constexpr Millis kPlacedWithin = 1s;
/// And so long when it says that it is still looking.
constexpr Millis kLocatedWithin = 35s;

WallTime placed_by(const Alert& alert) {
  return alert.placed_by.value_or(*alert.fired_at + kPlacedWithin);
}

}  // namespace

Labels Alert::full_labels() const {
  Labels out = labels;
  for (const auto& [name, place] : placement) {
    if (!out.has(name)) { out.set(name, place); }
  }
  return out;
}

bool is_built_in(std::string_view rule) {
  return rule.starts_with("vigie;");
}

AlertStates::Terms AlertStates::terms_of(const Alert& alert) const {
  const auto found = settings_->rules.find(alert.rule);
  if (found == settings_->rules.end()) { return {}; }
  return {found->second.hold, found->second.keep};
}

WallTime AlertStates::fires_at(const Alert& alert) const {
  const WallTime due = alert.active_at + terms_of(alert).hold;
  return alert.confirm_by ? std::max(due, *alert.confirm_by) : due;
}

std::optional<WallTime> AlertStates::deadline_of(const Alert& alert) const {
  if (alert.state == AlertState::pending) { return fires_at(alert); }
  if (alert.state != AlertState::firing) { return std::nullopt; }
  std::optional<WallTime> out;
  if (alert.fell_at) { out = *alert.fell_at + terms_of(alert).keep; }
  if (!alert.placed) { out = std::min(out.value_or(placed_by(alert)), placed_by(alert)); }
  return out;
}

void AlertStates::schedule(const Alert& alert) {
  if (const auto at = deadline_of(alert)) { deadlines_.emplace(*at, alert.fingerprint); }
  if (alert.resolved_at) { resolved_.emplace(*alert.resolved_at, alert.fingerprint); }
}

void AlertStates::unschedule(const Alert& alert) {
  if (const auto at = deadline_of(alert)) { deadlines_.erase({*at, alert.fingerprint}); }
  if (alert.resolved_at) { resolved_.erase({*alert.resolved_at, alert.fingerprint}); }
}

void AlertStates::reindex(const Settings& settings) {
  settings_ = &settings;
  deadlines_.clear();
  resolved_.clear();
  for (const auto& [fingerprint, alert] : state_.alerts) { schedule(alert); }
}

void AlertStates::drop(const std::string& fingerprint) {
  const auto found = state_.alerts.find(fingerprint);
  if (found == state_.alerts.end()) { return; }
  unschedule(found->second);
  state_.alerts.erase(found);
}

void AlertStates::fire(Alert& alert, WallTime now, AlertChanges& out) {
  alert.state = AlertState::firing;
  alert.fired_at = now;
  alert.confirm_by.reset();
  out.fired.push_back(alert.fingerprint);
}

void AlertStates::resolve(Alert& alert, std::string why, WallTime now, AlertChanges& out) {
  alert.state = AlertState::resolved;
  alert.resolved_at = now;
  alert.resolved_why = std::move(why);
  alert.fell_at.reset();
  out.resolved.push_back(alert.fingerprint);
}

/// Moves an alert on when its deadline has come.
void AlertStates::settle(Alert& alert, WallTime now, AlertChanges& out) {
  const Terms terms = terms_of(alert);
  if (alert.state == AlertState::pending && fires_at(alert) <= now) { fire(alert, now, out); }
  if (alert.state != AlertState::firing) { return; }
  if (alert.fell_at && *alert.fell_at + terms.keep <= now) {
    std::string why = "the condition ended";
    if (terms.keep.count() > 0) {
      why += fmt::format(" and stayed away for {}", format_duration(terms.keep));
    }
    resolve(alert, std::move(why), now, out);
    return;
  }
  if (!alert.placed && placed_by(alert) <= now) {
    alert.placed = true;
    out.unplaced.push_back(alert.fingerprint);
  }
}

void AlertStates::rose(const std::string& rule, const Labels& labels, const StringMap& annotations,
                       double value, WallTime now, AlertChanges& out) {
  // A rule that left the book while its evaluation was under way.
  if (!settings_->rules.contains(rule) && !is_built_in(rule)) { return; }
  const std::string name = fingerprint(labels);
  const auto found = state_.alerts.find(name);
  const bool known = found != state_.alerts.end();
  if (known && found->second.state == AlertState::resolved) { drop(name); }
  if (!known && state_.alerts.size() >= kAlertsMax + kResolvedMax) {
    ++state_.refused;
    return;
  }
  const auto [it, fresh] = state_.alerts.try_emplace(name);
  Alert& alert = it->second;
  if (fresh) {
    alert.fingerprint = name;
    alert.labels = labels;
    alert.active_at = now;
    alert.rule = rule;
  } else {
    unschedule(alert);
  }
  const bool reworded = alert.annotations != annotations;
  alert.annotations = annotations;
  alert.value = value;
  alert.confirm_by.reset();
  alert.fell_at.reset();
  if (alert.rules.empty()) { alert.rule = rule; }
  const auto place = std::ranges::lower_bound(alert.rules, rule);
  if (place == alert.rules.end() || *place != rule) { alert.rules.insert(place, rule); }
  const bool was_firing = alert.state == AlertState::firing;
  settle(alert, now, out);
  if (was_firing && reworded) { out.reworded.push_back(name); }
  schedule(alert);
}

void AlertStates::fell(const std::string& rule, const Labels& labels, WallTime now,
                       AlertChanges& out) {
  const std::string name = fingerprint(labels);
  const auto found = state_.alerts.find(name);
  if (found == state_.alerts.end()) { return; }
  Alert& alert = found->second;
  if (alert.state == AlertState::resolved) { return; }
  unschedule(alert);
  std::erase(alert.rules, rule);
  if (alert.rules.empty()) {
    if (alert.state == AlertState::pending) {
      state_.alerts.erase(found);
      return;
    }
    if (!alert.fell_at) { alert.fell_at = now; }
    alert.rule = rule;
    settle(alert, now, out);
  } else {
    alert.rule = alert.rules.front();
  }
  schedule(alert);
}

void AlertStates::due(WallTime now, AlertChanges& out) {
  while (!deadlines_.empty() && deadlines_.begin()->first <= now) {
    const std::string name = deadlines_.begin()->second;
    deadlines_.erase(deadlines_.begin());
    const auto found = state_.alerts.find(name);
    if (found == state_.alerts.end()) { continue; }
    settle(found->second, now, out);
    schedule(found->second);
  }
}

void AlertStates::adopt(const Settings& before, const Settings& after, WallTime now,
                        AlertChanges& out) {
  std::vector<std::string> dropped;
  const auto same = [&](const std::string& rule) {
    if (is_built_in(rule)) { return true; }
    const auto old_rule = before.rules.find(rule);
    const auto new_rule = after.rules.find(rule);
    return new_rule != after.rules.end() && old_rule != before.rules.end() &&
           old_rule->second.definition == new_rule->second.definition;
  };
  settings_ = &after;
  for (auto& [name, alert] : state_.alerts) {
    if (alert.state == AlertState::resolved) { continue; }
    if (alert.rules.empty() && same(alert.rule)) { continue; }
    const std::string first = alert.rule;
    std::erase_if(alert.rules, [&](const std::string& rule) { return !same(rule); });
    if (!alert.rules.empty()) {
      alert.rule = alert.rules.front();
      continue;
    }
    if (alert.state == AlertState::pending) {
      dropped.push_back(name);
      continue;
    }
    const bool gone = !after.rules.contains(first);
    resolve(alert, gone ? "its rule left the book" : "its rule was changed in the book", now, out);
  }
  for (const std::string& name : dropped) { state_.alerts.erase(name); }
  reindex(after);
  due(now, out);
}

void AlertStates::started(WallTime now, AlertChanges& out) {
  for (auto& [name, alert] : state_.alerts) {
    if (alert.state == AlertState::resolved) { continue; }
    unschedule(alert);
    if (alert.state == AlertState::pending) { alert.confirm_by = now + kConfirmWithin; }
    const bool of_before =
        !alert.rules.empty() &&
        std::ranges::all_of(alert.rules, [](const std::string& rule) { return is_built_in(rule); });
    if (of_before) {
      alert.rules.clear();
      resolve(alert, "Vigie was started again", now, out);
    }
    schedule(alert);
  }
}

void AlertStates::jumped(Millis by) {
  const auto shift = [&](std::optional<WallTime>& at) {
    if (at) { *at += by; }
  };
  for (auto& [name, alert] : state_.alerts) {
    alert.active_at += by;
    shift(alert.fired_at);
    shift(alert.fell_at);
    shift(alert.resolved_at);
    shift(alert.confirm_by);
    shift(alert.placed_by);
  }
  reindex(*settings_);
}

void AlertStates::forget(WallTime now) {
  while (!resolved_.empty()) {
    const auto oldest = resolved_.begin();
    if (resolved_.size() <= kResolvedMax && oldest->first + kResolvedKept > now) { break; }
    state_.alerts.erase(oldest->second);
    resolved_.erase(oldest);
  }
}

void AlertStates::placed(Alert& alert, bool tentative) {
  unschedule(alert);
  if (tentative && !alert.placed) { alert.placed_by = *alert.fired_at + kLocatedWithin; }
  alert.placed = alert.placed || !tentative;
  schedule(alert);
}

std::optional<WallTime> AlertStates::next_timer() const {
  if (deadlines_.empty()) { return std::nullopt; }
  return deadlines_.begin()->first;
}

}  // namespace vigie::alerting
