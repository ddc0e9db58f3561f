#include "alerting/dispatch.h"

#include <fmt/core.h>

#include <algorithm>

#include "alerting/payload.h"

namespace vigie::alerting {

namespace {

constexpr Millis kRetryFirst = 1s;
constexpr Millis kRetryMax = 5min;
/// A group whose alerts all ended, but whose receiver never answers, is given up after this.
constexpr Millis kResolvedRetriedFor = 24h;

bool contains(const std::vector<std::string>& sorted, const std::string& item) {
  return std::ranges::binary_search(sorted, item);
}
bool subset(const std::vector<std::string>& small, const std::vector<std::string>& large) {
  return std::ranges::includes(large, small);
}

std::string group_id(const Route& route, const Labels& labels) {
  return fmt::format("{}:{}:{}", route.receiver, route.key, labels.text());
}

WallTime next_minute(WallTime now) {
  const int64_t minute = std::chrono::milliseconds(1min).count();
  return wall_from_millis((to_millis(now) / minute + 1) * minute);
}

}  // namespace

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

void Dispatcher::route(const Alert& alert, WallTime now) {
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
    Member& member = state_.groups[id].members[alert.fingerprint];
    if (wanted.contains(id) || member.left_at) { continue; }
    member.left_at = now;
    member.left_labels = labels;
  }
  if (groups_of_[alert.fingerprint].empty()) { groups_of_.erase(alert.fingerprint); }
}

void Dispatcher::adopt(WallTime now) {
  // What no route of the new book makes goes without a word, as when Alertmanager reloads.
  const std::map<std::string, Group> before = std::exchange(state_.groups, {});
  const auto suppressed = suppressed_;
  reindex(*settings_, suppressed);
  for (const auto& [fingerprint, alert] : state_.alerts) {
    if (alert.state == AlertState::pending || !alert.placed) { continue; }
    const Labels labels = alert.full_labels();
    for (const Route* route : match_routes(settings_->route, labels)) {
      if (!settings_->receivers.contains(route->receiver)) { continue; }
      const std::string id = group_id(*route, route->group_labels(labels));
      const auto old = before.find(id);
      const bool was_member = old != before.end() && old->second.members.contains(fingerprint);
      if (alert.state == AlertState::resolved && !was_member) { continue; }
      if (old != before.end()) { state_.groups.try_emplace(id, old->second); }
      open(id, *route, alert, now);
    }
  }
  for (auto& [id, group] : state_.groups) {
    std::erase_if(group.members,
                  [&](const auto& entry) { return !state_.alerts.contains(entry.first); });
    // Integrations that are gone have no one to tell.
    std::erase_if(group.deliveries, [&](const auto& entry) {
      const auto& list = integrations(group);
      return std::ranges::none_of(list,
                                  [&](const Integration& i) { return i.key() == entry.first; });
    });
    group.next_flush = std::min(group.next_flush, now + group.interval);
  }
  reindex(*settings_, suppressed);
  for (const auto& [fingerprint, alert] : state_.alerts) { route(alert, now); }
}

void Dispatcher::jumped(Millis by) {
  const auto shift = [&](std::optional<WallTime>& at) {
    if (at) { *at += by; }
  };
  for (auto& [id, group] : state_.groups) {
    group.next_flush += by;
    for (auto& [fingerprint, member] : group.members) { shift(member.left_at); }
    for (auto& [key, delivery] : group.deliveries) {
      shift(delivery.sent_at);
      shift(delivery.retry_at);
    }
    schedule(id);
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

bool Dispatcher::is_firing(const std::string& fingerprint, const Member& member) const {
  const auto found = state_.alerts.find(fingerprint);
  return !member.left_at && found != state_.alerts.end() &&
         found->second.state == AlertState::firing;
}

Dispatcher::Content Dispatcher::content_of(const Group& group, const Integration& to,
                                           const Delivery& delivery, WallTime now) const {
  const bool silent = !muted(group, now).empty();
  Content out;
  for (const auto& [fingerprint, member] : group.members) {
    const auto alert = state_.alerts.find(fingerprint);
    if (alert == state_.alerts.end()) { continue; }
    const bool known = contains(delivery.firing, fingerprint);
    if (is_firing(fingerprint, member)) {
      if (!silent && suppressed_(alert->second).empty()) { out.firing.push_back(fingerprint); }
    } else if (to.send_resolved && (known || (!silent && suppressed_(alert->second).empty()))) {
      out.resolved.push_back(fingerprint);
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
  Content content = content_of(group, to, delivery, now);
  const bool news = !subset(content.firing, delivery.firing);
  const bool ended = !subset(content.resolved, delivery.resolved) &&
                     (delivery.sent_at.has_value() || !content.firing.empty());
  const bool stale = delivery.sent_at && *delivery.sent_at + group.repeat <= now;
  // Alertmanager says nothing of alerts that came and went before anybody heard of the group.
  const bool all_over = content.firing.empty() && !delivery.firing.empty() && to.send_resolved &&
                        !content.resolved.empty();
  const bool repeat = stale && !content.firing.empty();
  if (content.firing.empty() ? all_over : (news || ended || repeat)) {
    send(id, group, to, std::move(content), now, out);
  }
}

void Dispatcher::send(const std::string& id, Group& group, const Integration& to, Content content,
                      WallTime now, Effects& out) {
  Payload payload{.receiver = group.receiver,
                  .group_key = fmt::format("{}:{}", group.route_key, group.labels.text()),
                  .external_url = settings_->external_url,
                  .group_labels = group.labels,
                  .alerts = {}};
  const auto add = [&](const std::string& fingerprint, bool firing) {
    const Alert& alert = state_.alerts.at(fingerprint);
    const Member& member = group.members.at(fingerprint);
    const auto terms = settings_->rules.find(alert.rule);
    PayloadAlert one{.labels = member.left_at ? member.left_labels : alert.full_labels(),
                     .annotations = alert.annotations,
                     .fingerprint = fingerprint,
                     .expr = terms == settings_->rules.end() ? "" : terms->second.expr,
                     .starts_at = alert.fired_at.value_or(now),
                     .ends_at = std::nullopt};
    if (!firing) { one.ends_at = member.left_at ? member.left_at : alert.resolved_at; }
    if (!firing && !one.ends_at) { one.ends_at = now; }
    payload.alerts.push_back(std::move(one));
  };
  for (const std::string& fingerprint : content.firing) { add(fingerprint, true); }
  for (const std::string& fingerprint : content.resolved) { add(fingerprint, false); }
  Delivery& delivery = group.deliveries[to.key()];
  const EffectId effect{fmt::format("notify-{}", state_.next_notify++)};
  delivery.flight = effect.text;
  delivery.flight_firing = std::move(content.firing);
  delivery.flight_resolved = std::move(content.resolved);
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

/// Drops members that ended and that every integration has heard the last of; then empty groups.
void Dispatcher::prune(const std::string& id, Group& group, WallTime now) {
  const std::vector<Integration>& list = integrations(group);
  for (auto it = group.members.begin(); it != group.members.end();) {
    const std::string& fingerprint = it->first;
    bool done = !is_firing(fingerprint, it->second);
    for (const Integration& to : list) {
      const Delivery& delivery = group.deliveries[to.key()];
      const auto alert = state_.alerts.find(fingerprint);
      const WallTime ended = it->second.left_at.value_or(
          alert == state_.alerts.end() ? now : alert->second.resolved_at.value_or(now));
      const bool hopeless = delivery.failures > 0 && ended + kResolvedRetriedFor <= now;
      const bool busy = !delivery.flight.empty() || delivery.retry_at.has_value();
      const bool owed = to.send_resolved && contains(delivery.firing, fingerprint);
      done = done && (hopeless || (!busy && !owed));
    }
    if (!done) {
      ++it;
      continue;
    }
    for (auto& [key, delivery] : group.deliveries) { std::erase(delivery.firing, fingerprint); }
    forget_member(id, fingerprint);
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
    return is_firing(entry.first, entry.second) &&
           (silent || !suppressed_(state_.alerts.at(entry.first)).empty());
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
  Delivery& delivery = group->second.deliveries[key];
  delivery.flight.clear();
  if (outcome.outcome == Outcome::ok) {
    // What was kept back from this message stays known as told.
    for (const std::string& told : delivery.firing) {
      if (!contains(delivery.flight_resolved, told)) { delivery.flight_firing.push_back(told); }
    }
    std::ranges::sort(delivery.flight_firing);
    const auto repeated = std::ranges::unique(delivery.flight_firing);
    delivery.flight_firing.erase(repeated.begin(), repeated.end());
    delivery.firing = std::exchange(delivery.flight_firing, {});
    delivery.resolved = std::exchange(delivery.flight_resolved, {});
    delivery.sent_at = now;
    delivery.failures = 0;
    delivery.problem.clear();
  } else {
    ++delivery.failures;
    delivery.flight_firing.clear();
    delivery.flight_resolved.clear();
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
