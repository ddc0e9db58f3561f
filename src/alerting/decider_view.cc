#include <fmt/core.h>

#include "alerting/alerting.h"
#include "alerting/decider.h"
#include "model/codec.h"
#include "model/view.h"

namespace vigie::alerting {

namespace {

json::object object_of(const StringMap& map) {
  json::object out;
  for (const auto& [name, value] : map) { out.emplace(name, value); }
  return out;
}

std::string told(const std::string& receiver, const Delivery& delivery) {
  if (!delivery.flight.empty()) { return fmt::format("{} is being told", receiver); }
  if (delivery.failures > 0) {
    return fmt::format("{} could not be told ({} times: {}){}", receiver, delivery.failures,
                       delivery.problem,
                       delivery.retry_at ? "; again at " + rfc3339(*delivery.retry_at) : "");
  }
  if (delivery.sent_at) {
    return fmt::format("{} was told at {}", receiver, rfc3339(*delivery.sent_at));
  }
  return "";
}

}  // namespace

std::string AlertingDecider::reason(const Alert& alert, WallTime now) const {
  if (alert.state == AlertState::resolved) { return alert.resolved_why; }
  if (alert.state == AlertState::pending) {
    return fmt::format("fires at {} if the condition still holds",
                       rfc3339(states_.fires_at(alert)));
  }
  if (!alert.cause.empty()) {
    return fmt::format("victim of {}: {}", alert.cause, alert.cause_why);
  }
  const std::string by = inhibitor_.inhibited_by(alert.fingerprint, alert.full_labels());
  if (!by.empty()) {
    const auto source = state_.alerts.find(by);
    return fmt::format("receivers are not told: inhibited by {}",
                       source == state_.alerts.end() ? by : source->second.labels.text());
  }
  if (alert.fell_at) { return "the condition ended; keep_firing_for holds the alert"; }
  if (!alert.placed) { return "receivers wait until it is clear where it belongs"; }
  const std::set<std::string>* groups = dispatcher_.groups_of(alert.fingerprint);
  if (groups == nullptr) { return "no route leads to a receiver"; }
  std::string out;
  const auto add = [&](const std::string& text) {
    if (!text.empty()) { out += (out.empty() ? "" : "; ") + text; }
  };
  for (const std::string& id : *groups) {
    const Group& group = state_.groups.at(id);
    const std::string muted = dispatcher_.muted(group, now);
    if (!muted.empty()) {
      add(fmt::format("{} is not told: {}", group.receiver, muted));
      continue;
    }
    if (dispatcher_.integrations(group).empty()) {
      add(fmt::format("receiver {} has nothing to send to", group.receiver));
    }
    std::string words;
    for (const auto& [key, delivery] : group.deliveries) {
      words = told(group.receiver, delivery);
      add(words);
    }
    if (words.empty() && !dispatcher_.integrations(group).empty()) {
      add(fmt::format("{} is told at {}, with its group", group.receiver,
                      rfc3339(group.next_flush)));
    }
  }
  return out;
}

json::value AlertingDecider::alert_view(const Alert& alert, WallTime now) const {
  json::array receivers;
  if (const std::set<std::string>* groups = dispatcher_.groups_of(alert.fingerprint)) {
    for (const std::string& id : *groups) {
      receivers.push_back(json::value(state_.groups.at(id).receiver));
    }
  }
  const auto incident = static_cast<int64_t>(alert.incident.value);
  return json::object{{"fingerprint", alert.fingerprint},
                      {"labels", encode_labels(alert.full_labels())},
                      {"annotations", object_of(alert.annotations)},
                      {"state", word_of(alert.state)},
                      {"value", encode_double(alert.value)},
                      {"active_at", rfc3339(alert.active_at)},
                      {"fired_at", time_or_null(alert.fired_at)},
                      {"resolved_at", time_or_null(alert.resolved_at)},
                      {"incident", incident == 0 ? json::value(nullptr) : json::value(incident)},
                      {"cause", text_or_null(alert.cause)},
                      {"muted_by", text_or_null(alert.muted_by)},
                      {"receivers", std::move(receivers)},
                      {"reason", reason(alert, now)},
                      {"rule", alert.rule}};
}

json::value AlertingDecider::group_view(const std::string& id, const Group& group,
                                        WallTime now) const {
  json::array alerts;
  for (const auto& [fingerprint, member] : group.members) {
    alerts.push_back(json::value(fingerprint));
  }
  json::array integrations;
  for (const Integration& to : dispatcher_.integrations(group)) {
    const auto found = group.deliveries.find(to.key());
    const Delivery delivery = found == group.deliveries.end() ? Delivery{} : found->second;
    integrations.push_back(json::object{{"kind", to.kind},
                                        {"index", to.index},
                                        {"sent_at", time_or_null(delivery.sent_at)},
                                        {"sending", !delivery.flight.empty()},
                                        {"failures", delivery.failures},
                                        {"problem", text_or_null(delivery.problem)},
                                        {"retry_at", time_or_null(delivery.retry_at)}});
  }
  return json::object{{"id", id},
                      {"receiver", group.receiver},
                      {"labels", encode_labels(group.labels)},
                      {"alerts", std::move(alerts)},
                      {"next_at", rfc3339(group.next_flush)},
                      {"muted_by", text_or_null(dispatcher_.muted(group, now))},
                      {"integrations", std::move(integrations)}};
}

json::value AlertingDecider::view(std::string_view path, WallTime now) const {
  json::array out;
  if (path == "alerts") {
    for (const auto& [name, alert] : state_.alerts) {
      const bool old = alert.resolved_at && *alert.resolved_at + kResolvedKept <= now;
      if (!old) { out.push_back(alert_view(alert, now)); }
    }
    return out;
  }
  if (path == "groups") {
    for (const auto& [id, group] : state_.groups) { out.push_back(group_view(id, group, now)); }
    return out;
  }
  if (path == "conditions") {
    for (const auto& [name, alert] : state_.alerts) {
      for (const std::string& rule : alert.rules) {
        if (alert.state == AlertState::resolved) { continue; }
        out.push_back(json::object{{"rule", rule},
                                   {"labels", encode_labels(alert.labels)},
                                   {"active_at", to_millis(alert.active_at)}});
      }
    }
    return out;
  }
  return nullptr;
}

std::vector<ActiveCondition> active_conditions(const json::value& conditions) {
  std::vector<ActiveCondition> out;
  const json::array* list = conditions.if_array();
  if (list == nullptr) { return out; }
  for (const json::value& item : *list) {
    const json::object* one = item.if_object();
    if (one == nullptr || !one->contains("labels")) { continue; }
    Result<Labels> labels = decode_labels(one->at("labels"));
    if (!labels) { continue; }
    out.push_back({.rule = get_string(*one, "rule"),
                   .labels = *std::move(labels),
                   .active_at = wall_from_millis(get_int(*one, "active_at"))});
  }
  return out;
}

}  // namespace vigie::alerting
