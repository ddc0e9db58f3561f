#include "incident/view.h"

#include <algorithm>
#include <set>

#include "incident/words.h"
#include "model/view.h"

namespace vigie::incident {

namespace {

constexpr Millis kBefore = 30min;
constexpr Millis kAfter = 5min;

/// null while it lasts: then whoever shows it knows the time.
json::value lasted(const Incident& incident) {
  if (!incident.resolved_at) { return nullptr; }
  return std::max<int64_t>((*incident.resolved_at - incident.opened_at).count(), 0);
}

json::object summary_json(const Incident& incident) {
  return {{"id", incident.id.value},
          {"title", incident.title},
          {"state", word_of(incident.state)},
          {"severity", incident.severity},
          {"service", text_or_null(incident.service)},
          {"chain", text_or_null(incident.chain)},
          {"stage", text_or_null(incident.stage)},
          {"team", text_or_null(incident.team)},
          {"environment", text_or_null(incident.environment)},
          {"owner", text_or_null(incident.owner)},
          {"opened_at", rfc3339(incident.opened_at)},
          {"resolved_at", time_or_null(incident.resolved_at)},
          {"lasted_ms", lasted(incident)},
          {"reopened", incident.reopened},
          {"alerts", incident.firing()},
          {"victims", incident.victims()},
          {"muted_by", text_or_null(incident.muted_by)},
          {"urgency", text_or_null(incident.urgency)},
          {"merged_into",
           incident.merged_into ? json::value(incident.merged_into.value) : json::value(nullptr)},
          {"next", nullptr},
          {"run",
           incident.runs.empty() ? json::value(nullptr) : json::value(incident.runs.back().value)}};
}

json::array incidents_json(const State& state, std::string_view path) {
  const bool only_live = view_param(path, "state") == "open";
  const uint64_t limit =
      std::min<uint64_t>(whole_number<uint64_t>(view_param(path, "limit")).value_or(1000), 1000);
  const std::optional<uint64_t> before = whole_number<uint64_t>(view_param(path, "before"));
  json::array out;
  for (const bool live : {true, false}) {
    if (!live && only_live) { break; }
    for (auto it = state.incidents.rbegin(); it != state.incidents.rend(); ++it) {
      if (out.size() >= limit) { return out; }
      if (it->second.live() != live || (before && it->first.value >= *before)) { continue; }
      out.push_back(summary_json(it->second));
    }
  }
  return out;
}

json::object entry_json(const TimelineEntry& entry) {
  return {{"at", rfc3339(entry.at)},
          {"kind", entry.kind},
          {"text", entry.text},
          {"who", text_or_null(entry.who)},
          {"why", text_or_null(entry.why)}};
}

json::array timeline_json(const Timeline& timeline) {
  json::array out;
  for (const TimelineEntry& entry : timeline.first) { out.push_back(entry_json(entry)); }
  if (timeline.dropped > 0 && !timeline.newest.empty()) {
    out.push_back(
        entry_json({.at = timeline.newest.front().at,
                    .kind = "note",
                    .text = std::to_string(timeline.dropped) +
                            " entries in the middle are not shown; the journal has them"}));
  }
  for (const TimelineEntry& entry : timeline.newest) { out.push_back(entry_json(entry)); }
  return out;
}

json::object alert_json(const Incident& incident, const std::string& fingerprint,
                        const AttachedAlert& alert) {
  json::object annotations;
  for (const auto& [name, text] : alert.annotations) { annotations[name] = text; }
  return {{"fingerprint", fingerprint},
          {"labels", encode_labels(alert.labels)},
          {"annotations", std::move(annotations)},
          {"state", alert.firing ? "firing" : "resolved"},
          {"value", encode_double(alert.value)},
          {"active_at", rfc3339(alert.active_at)},
          {"fired_at", rfc3339(alert.fired_at)},
          {"resolved_at", time_or_null(alert.resolved_at)},
          {"incident", incident.id.value},
          {"cause", text_or_null(alert.cause)},
          {"muted_by", text_or_null(alert.muted_by)},
          {"receivers", json::array{}},
          {"reason", text_or_null(alert.why)}};
}

/// What to draw around the moment: the rules behind the alerts, then the flows of the chain.
json::array evidence_json(const State& state, const Incident& incident, WallTime now) {
  const std::string from = rfc3339(incident.opened_at - kBefore);
  const std::string to =
      rfc3339(std::min(now, incident.resolved_at ? *incident.resolved_at + kAfter : now));
  json::array out;
  std::set<std::string> shown;
  const auto add = [&](const std::string& title, const std::string& expr) {
    if (expr.empty() || !shown.insert(expr).second) { return; }
    out.push_back(json::object{{"title", title}, {"expr", expr}, {"from", from}, {"to", to}});
  };
  for (const auto& [fingerprint, alert] : incident.alerts) {
    const std::string name(alert.labels.get("alertname"));
    const auto rules = state.book.rules.find(name);
    if (rules == state.book.rules.end()) { continue; }
    for (const std::string& expr : rules->second) { add(name, drawable(expr)); }
  }
  const auto flows = state.book.flows.find(incident.chain);
  if (flows == state.book.flows.end()) { return out; }
  for (const Flowing& flow : flows->second) {
    add(incident.chain + ": out of " + flow.stage, flow.expr);
  }
  return out;
}

json::value incident_json(const State& state, std::string_view id, WallTime now) {
  const std::optional<uint64_t> wanted = whole_number<uint64_t>(id);
  const auto found = state.incidents.find(IncidentId{wanted.value_or(0)});
  if (found == state.incidents.end()) { return nullptr; }
  const Incident& incident = found->second;
  json::object out = summary_json(incident);
  out["timeline"] = timeline_json(incident.timeline);
  json::array alerts;
  for (const auto& [fingerprint, alert] : incident.alerts) {
    alerts.push_back(alert_json(incident, fingerprint, alert));
  }
  out["alert_list"] = std::move(alerts);
  out["evidence"] = evidence_json(state, incident, now);
  return out;
}

/// Which incident an alert that ended belonged to; the newest, where it came back.
json::object homes_of_ended(const State& state) {
  json::object out;
  for (const auto& [id, incident] : state.incidents) {
    for (const auto& [fingerprint, alert] : incident.alerts) {
      if (!alert.firing) { out[fingerprint] = id.value; }
    }
  }
  return out;
}

json::array severities_json() {
  json::array out;
  for (const Severity& one : severities()) {
    out.push_back(json::object{{"word", one.word}, {"rank", one.rank}});
  }
  return out;
}

}  // namespace

json::value view_of_room(const State& state, std::string_view path, WallTime now) {
  const std::string_view head = path.substr(0, path.find('?'));
  if (head.empty()) {
    int64_t open = 0;
    for (const auto& [id, incident] : state.incidents) { open += incident.live() ? 1 : 0; }
    return json::object{{"open", open}, {"kept", state.incidents.size()}};
  }
  if (head == "alerts") {
    json::object homes;
    for (const auto& [fingerprint, alert] : state.alerts) {
      if (alert.incident) { homes[fingerprint] = alert.incident.value; }
    }
    return homes;
  }
  if (head == "alerts/ended") { return homes_of_ended(state); }
  if (head == "severities") { return severities_json(); }
  if (head == "incidents") { return incidents_json(state, path); }
  if (head.starts_with("incidents/")) { return incident_json(state, head.substr(10), now); }
  return nullptr;
}

}  // namespace vigie::incident
