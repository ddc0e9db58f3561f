#include "alerting/dispatch.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/json.h"

namespace vigie::alerting {

namespace {

constexpr Millis kRetryFirst = 1s;
constexpr Millis kRetryMax = 5min;
/// A group whose alerts all ended, but whose receiver never answers, is given up after this.
constexpr Millis kResolvedRetriedFor = 24h;

/// An earlier attempt of this message was cut by a crash, or this one was never answered.
bool may_have_arrived(const EffectSettled& outcome) {
  if (outcome.outcome == Outcome::unknown) { return true; }
  const auto data = parse_json(outcome.data);
  if (!data || !data->is_object()) { return false; }
  return get_bool(data->get_object(), "repeat") || get_bool(data->get_object(), "maybe");
}

std::string group_id(const Route& route, const Labels& labels) {
  return fmt::format("{}:{}:{}", route.receiver, route.key, labels.text());
}

WallTime next_minute(WallTime now) {
  const int64_t minute = std::chrono::milliseconds(1min).count();
  return wall_from_millis((to_millis(now) / minute + 1) * minute);
}

}  // namespace

bool Delivery::may_believe(const std::string& fingerprint) const {
  const auto found = heard.find(fingerprint);
  return found != heard.end() && found->second != Word::resolved;
}

void Dispatcher::reindex(const Settings& settings, Suppressed suppressed) {
  settings_ = &settings;
  suppressed_ = std::move(suppressed);
  schedule_.clear();
  scheduled_at_.clear();
  groups_of_.clear();
  in_flight_.clear();
  suppressed_groups_.clear();
  for (const auto& [id, group] : state_.groups) {
    for (const auto& [fingerprint, member] : group.members) { groups_of_[fingerprint].insert(id); }
    for (const auto& [key, delivery] : group.deliveries) {
      if (!delivery.flight.empty()) { in_flight_[delivery.flight] = {id, key}; }
    }
    if (group.suppressed) { suppressed_groups_.insert(id); }
    schedule(id);
  }
}

const std::set<std::string>* Dispatcher::groups_of(const std::string& fingerprint) const {
  const auto found = groups_of_.find(fingerprint);
  return found == groups_of_.end() ? nullptr : &found->second;
}

const std::vector<Integration>& Dispatcher::integrations(const Group& group) const {
  static const std::vector<Integration> kNone;
  const auto found = settings_->receivers.find(group.receiver);
  return found == settings_->receivers.end() ? kNone : found->second;
}

std::string Dispatcher::muted(const Group& group, WallTime now) const {
  return settings_->muted_by_time(group.muted_during, group.active_during, now);
}

std::optional<WallTime> Dispatcher::wake_of(const Group& group) const {
  WallTime at = group.next_flush;
  for (const auto& [key, delivery] : group.deliveries) {
    if (delivery.retry_at) { at = std::min(at, *delivery.retry_at); }
  }
  return at;
}

void Dispatcher::unschedule(const std::string& id) {
  const auto found = scheduled_at_.find(id);
  if (found == scheduled_at_.end()) { return; }
  schedule_.erase({found->second, id});
  scheduled_at_.erase(found);
}

void Dispatcher::schedule(const std::string& id) {
  unschedule(id);
  const auto found = state_.groups.find(id);
  if (found == state_.groups.end()) { return; }
  const std::optional<WallTime> at = wake_of(found->second);
  if (!at) { return; }
  schedule_.emplace(*at, id);
  scheduled_at_[id] = *at;
}

Group& Dispatcher::open(const std::string& id, const Route& route, const Alert& alert,
                        WallTime now) {
  const auto [it, fresh] = state_.groups.try_emplace(id);
  Group& group = it->second;
  if (fresh) {
    group.receiver = route.receiver;
    group.route_key = route.key;
    group.labels = route.group_labels(alert.full_labels());
    group.next_flush = std::max(now, *alert.fired_at + route.group_wait);
  }
  group.interval = route.group_interval;
  group.repeat = route.repeat_interval;
  group.muted_during = route.muted_during;
  group.active_during = route.active_during;
  return group;
}

void Dispatcher::route(const Alert& alert, const Labels& told, WallTime now) {
  if (alert.state != AlertState::firing || !alert.placed) { return; }
  const Labels labels = alert.full_labels();
  std::set<std::string> wanted;
  for (const Route* route : match_routes(settings_->route, labels)) {
    if (!settings_->receivers.contains(route->receiver)) { continue; }
    const std::string id = group_id(*route, route->group_labels(labels));
    wanted.insert(id);
    Group& group = open(id, *route, alert, now);
    group.members[alert.fingerprint] = Member{};
    groups_of_[alert.fingerprint].insert(id);
    schedule(id);
  }
  for (const std::string& id : groups_of_[alert.fingerprint]) {
    Group& group = state_.groups.at(id);
    Member& member = group.members.at(alert.fingerprint);
    if (wanted.contains(id) || member.ended) { continue; }
    member.ended = last_words(alert, told, now);
    if (group.flushed) { group.next_flush = std::min(group.next_flush, now); }
    schedule(id);
  }
  if (groups_of_[alert.fingerprint].empty()) { groups_of_.erase(alert.fingerprint); }
}

void Dispatcher::ended(const Alert& alert) {
  const auto groups = groups_of_.find(alert.fingerprint);
  if (groups == groups_of_.end()) { return; }
  for (const std::string& id : groups->second) {
    Member& member = state_.groups.at(id).members.at(alert.fingerprint);
    if (member.ended) { continue; }
    member.ended = last_words(alert, alert.full_labels(), alert.resolved_at.value_or(WallTime{}));
  }
}

Ended Dispatcher::last_words(const Alert& alert, const Labels& told, WallTime at) const {
  return {.at = at,
          .fired_at = alert.fired_at.value_or(alert.active_at),
          .labels = told,
          .annotations = alert.annotations,
          .rule = alert.rule,
          .kept_back = !suppressed_(alert).empty()};
}

void Dispatcher::adopt(WallTime now) {
  for (auto it = state_.groups.begin(); it != state_.groups.end();) {
    Group& group = it->second;
    // Receivers and integrations that are gone have no one to tell.
    const std::vector<Integration>& list = integrations(group);
    std::erase_if(group.deliveries, [&](const auto& entry) {
      return std::ranges::none_of(list,
                                  [&](const Integration& i) { return i.key() == entry.first; });
    });
    it = list.empty() ? state_.groups.erase(it) : std::next(it);
  }
  reindex(*settings_, Suppressed(suppressed_));
  for (const auto& [fingerprint, alert] : state_.alerts) { route(alert, alert.full_labels(), now); }
  for (auto& [id, group] : state_.groups) {
    group.next_flush = std::min(group.next_flush, now + group.interval);
    schedule(id);
  }
}

void Dispatcher::jumped(Millis by) {
  const auto shift = [&](std::optional<WallTime>& at) {
    if (at) { *at += by; }
  };
  for (auto& [id, group] : state_.groups) {
    group.next_flush += by;
    for (auto& [fingerprint, member] : group.members) {
      if (!member.ended) { continue; }
      member.ended->at += by;
      member.ended->fired_at += by;
    }
    for (auto& [key, delivery] : group.deliveries) {
      shift(delivery.sent_at);
      shift(delivery.failing_since);
      shift(delivery.retry_at);
    }
    schedule(id);
  }
}

void Dispatcher::started(WallTime now) {
  for (auto& [id, group] : state_.groups) {
    for (auto& [key, delivery] : group.deliveries) {
      if (delivery.failing_since) { delivery.failing_since = now; }
    }
  }
}

void Dispatcher::reconsider(WallTime now) {
  for (const std::string& id : suppressed_groups_) {
    Group& group = state_.groups.at(id);
    if (!group.flushed || !muted(group, now).empty()) { continue; }
    group.next_flush = std::min(group.next_flush, now);
    schedule(id);
  }
}

const Alert* Dispatcher::firing(const std::string& fingerprint, const Member& member) const {
  if (member.ended) { return nullptr; }
  const auto found = state_.alerts.find(fingerprint);
  const bool fires = found != state_.alerts.end() && found->second.state == AlertState::firing;
  return fires ? &found->second : nullptr;
}

Words Dispatcher::words_for(const Group& group, const Integration& to, const Delivery& delivery,
                            WallTime now) const {
  const bool silent = !muted(group, now).empty();
  Words out;
  for (const auto& [fingerprint, member] : group.members) {
    if (const Alert* alert = firing(fingerprint, member)) {
      if (!silent && suppressed_(*alert).empty()) { out[fingerprint] = Word::firing; }
    } else if (member.ended && to.send_resolved) {
      // Never told as firing: it came and went between two messages.
      const bool blinked = !delivery.heard.contains(fingerprint);
      const bool may_tell = blinked && !silent && !member.ended->kept_back;
      if (may_tell || delivery.may_believe(fingerprint)) { out[fingerprint] = Word::resolved; }
    }
  }
  return out;
}

void Dispatcher::tell(const std::string& id, Group& group, const Integration& to, WallTime now,
                      Effects& out) {
  Delivery& delivery = group.deliveries[to.key()];
  if (!delivery.flight.empty()) { return; }
  if (delivery.retry_at && *delivery.retry_at > now) { return; }
  delivery.retry_at.reset();
  Words words = words_for(group, to, delivery, now);
  bool news = false;
  bool fires = false;
  bool ends = false;
  for (const auto& [fingerprint, word] : words) {
    const auto heard = delivery.heard.find(fingerprint);
    const bool known = heard != delivery.heard.end();
    (word == Word::firing ? fires : ends) = true;
    // Alertmanager says nothing by itself of what came and went before anybody heard of it.
    news = news || (word == Word::firing ? !known || heard->second != word : known);
  }
  const bool stale = delivery.sent_at && *delivery.sent_at + group.repeat <= now;
  if (news || (fires && (ends || stale))) { send(id, group, to, std::move(words), out); }
}

PayloadAlert Dispatcher::worded(const std::string& fingerprint, const Member& member) const {
  PayloadAlert out{.fingerprint = fingerprint};
  std::string rule;
  if (const Alert* alert = firing(fingerprint, member)) {
    out.labels = alert->full_labels();
    out.annotations = alert->annotations;
    out.starts_at = alert->fired_at.value_or(alert->active_at);
    rule = alert->rule;
  } else if (member.ended) {
    out.labels = member.ended->labels;
    out.annotations = member.ended->annotations;
    out.starts_at = member.ended->fired_at;
    out.ends_at = member.ended->at;
    rule = member.ended->rule;
  }
  const auto terms = settings_->rules.find(rule);
  if (terms != settings_->rules.end()) { out.expr = terms->second.expr; }
  return out;
}

void Dispatcher::send(const std::string& id, Group& group, const Integration& to, Words words,
                      Effects& out) {
  Payload payload{.receiver = group.receiver,
                  .group_key = fmt::format("{}:{}", group.route_key, group.labels.text()),
                  .external_url = settings_->external_url,
                  .group_labels = group.labels,
                  .alerts = {}};
  // What fires comes first, so that it is the last to be truncated.
  for (const Word turn : {Word::firing, Word::resolved}) {
    for (const auto& [fingerprint, word] : words) {
      if (word != turn) { continue; }
      payload.alerts.push_back(worded(fingerprint, group.members.at(fingerprint)));
    }
  }
  Delivery& delivery = group.deliveries[to.key()];
  const EffectId effect{fmt::format("notify-{}", state_.next_notify++)};
  delivery.flight = effect.text;
  delivery.says = std::move(words);
  in_flight_[effect.text] = {id, to.key()};
  out.perform(effect, Notify{.receiver = group.receiver,
                             .kind = to.kind,
                             .index = to.index,
                             .group_key = payload.group_key,
                             .status = std::string(status_of(payload)),
                             .payload = payload_text(payload)});
}

void Dispatcher::forget_member(const std::string& id, const std::string& fingerprint) {
  const auto found = groups_of_.find(fingerprint);
  if (found == groups_of_.end()) { return; }
  found->second.erase(id);
  if (found->second.empty()) { groups_of_.erase(found); }
}

/// It ended, and every integration has heard the last of it or cannot be told.
bool Dispatcher::is_done(const Group& group, const std::string& fingerprint, const Member& member,
                         WallTime now) const {
  if (firing(fingerprint, member) != nullptr) { return false; }
  return std::ranges::all_of(integrations(group), [&](const Integration& to) {
    const auto found = group.deliveries.find(to.key());
    if (found == group.deliveries.end() || !member.ended) { return true; }
    const Delivery& delivery = found->second;
    const WallTime tried_from = std::max(delivery.failing_since.value_or(now), member.ended->at);
    const bool hopeless = tried_from + kResolvedRetriedFor <= now;
    const bool busy = !delivery.flight.empty() || delivery.retry_at.has_value();
    const bool owed = to.send_resolved && delivery.may_believe(fingerprint);
    return hopeless || (!busy && !owed);
  });
}

/// Drops members that are done; then the group, if it is empty.
void Dispatcher::prune(const std::string& id, Group& group, WallTime now) {
  for (auto it = group.members.begin(); it != group.members.end();) {
    if (!is_done(group, it->first, it->second, now)) {
      ++it;
      continue;
    }
    for (auto& [key, delivery] : group.deliveries) { delivery.heard.erase(it->first); }
    forget_member(id, it->first);
    it = group.members.erase(it);
  }
  if (group.members.empty()) {
    for (const auto& [key, delivery] : group.deliveries) { in_flight_.erase(delivery.flight); }
    unschedule(id);
    suppressed_groups_.erase(id);
    state_.groups.erase(id);
  }
}

void Dispatcher::flush(const std::string& id, Group& group, WallTime now, Effects& out) {
  group.flushed = true;
  const bool silent = !muted(group, now).empty();
  // Time intervals begin and end on full minutes.
  group.next_flush =
      silent ? std::min(now + group.interval, next_minute(now)) : now + group.interval;
  group.suppressed = std::ranges::any_of(group.members, [&](const auto& entry) {
    const Alert* alert = firing(entry.first, entry.second);
    return alert != nullptr && (silent || !suppressed_(*alert).empty());
  });
  if (group.suppressed) { suppressed_groups_.insert(id); }
  if (!group.suppressed) { suppressed_groups_.erase(id); }
  for (const Integration& to : integrations(group)) { tell(id, group, to, now, out); }
}

void Dispatcher::due(WallTime now, Effects& out) {
  while (!schedule_.empty() && schedule_.begin()->first <= now) {
    const std::string id = schedule_.begin()->second;
    Group& group = state_.groups.at(id);
    if (group.next_flush <= now) {
      flush(id, group, now, out);
    } else {
      for (const Integration& to : integrations(group)) {
        const auto found = group.deliveries.find(to.key());
        if (found != group.deliveries.end() && found->second.retry_at) {
          tell(id, group, to, now, out);
        }
      }
    }
    // A retry for an integration that is gone would be due for ever.
    for (auto& [key, delivery] : group.deliveries) {
      if (delivery.retry_at && *delivery.retry_at <= now) { delivery.retry_at.reset(); }
    }
    schedule(id);
    prune(id, group, now);
  }
}

void Dispatcher::settled(const EffectSettled& outcome, WallTime now) {
  const auto found = in_flight_.find(outcome.effect.text);
  if (found == in_flight_.end()) { return; }
  const auto [id, key] = found->second;
  in_flight_.erase(found);
  const auto group = state_.groups.find(id);
  if (group == state_.groups.end()) { return; }
  const auto place = group->second.deliveries.find(key);
  if (place == group->second.deliveries.end()) { return; }
  Delivery& delivery = place->second;
  delivery.flight.clear();
  const bool arrived = outcome.outcome == Outcome::ok;
  const bool maybe = !arrived && may_have_arrived(outcome);
  for (const auto& [fingerprint, word] : std::exchange(delivery.says, {})) {
    if (!group->second.members.contains(fingerprint)) { continue; }
    if (arrived) { delivery.heard[fingerprint] = word; }
    if (!maybe) { continue; }
    const auto [heard, fresh] = delivery.heard.try_emplace(fingerprint, Word::unsure);
    if (heard->second != word) { heard->second = Word::unsure; }
  }
  if (arrived) {
    delivery.sent_at = now;
    delivery.failures = 0;
    delivery.failing_since.reset();
    delivery.problem.clear();
  } else {
    if (delivery.failures++ == 0) { delivery.failing_since = now; }
    delivery.problem = outcome.detail;
    const int64_t doublings = std::min<int64_t>(delivery.failures - 1, 20);
    delivery.retry_at = now + std::min(kRetryMax, kRetryFirst * (int64_t{1} << doublings));
  }
  schedule(id);
  prune(id, group->second, now);
}

std::optional<WallTime> Dispatcher::next_timer() const {
  std::optional<WallTime> at;
  if (!schedule_.empty()) { at = schedule_.begin()->first; }
  return at;
}

}  // namespace vigie::alerting
