#include <fmt/core.h>

#include <map>

#include "alerting/alerting.h"
#include "alerting/evaluator.h"
#include "base/json.h"

// The documents of Prometheus' HTTP API, https://prometheus.io/docs/prometheus/latest/querying/api
namespace vigie::alerting {

namespace {

json::object object_of(const StringMap& map) {
  json::object out;
  for (const auto& [name, value] : map) { out.emplace(name, value); }
  return out;
}

json::value seconds(Millis length) {
  const int64_t millis = length.count();
  return millis % 1000 == 0 ? json::value(millis / 1000) : json::value(to_seconds(length));
}

json::object alert_json(const json::object& alert) {
  const json::value* labels = alert.if_contains("labels");
  const json::value* annotations = alert.if_contains("annotations");
  return {{"labels", labels == nullptr ? json::object() : *labels},
          {"annotations", annotations == nullptr ? json::object() : *annotations},
          {"state", get_string(alert, "state")},
          {"activeAt", get_string(alert, "active_at")},
          {"value", get_string(alert, "value")}};
}

using AlertsOfRule = std::map<std::string, json::array>;

AlertsOfRule by_rule(const json::value& alerts) {
  AlertsOfRule out;
  if (!alerts.is_array()) { return out; }
  for (const json::value& item : alerts.get_array()) {
    const json::object* alert = item.if_object();
    if (alert == nullptr || get_string(*alert, "state") == "resolved") { continue; }
    out[get_string(*alert, "rule")].push_back(alert_json(*alert));
  }
  return out;
}

json::object rule_json(const RuleHealth& rule, const AlertsOfRule& alerts) {
  json::object out{{"name", rule.name},
                   {"query", rule.expr},
                   {"health", rule.health},
                   {"evaluationTime", static_cast<double>(rule.took.count()) / 1e9},
                   {"lastEvaluation", rfc3339(rule.at.value_or(WallTime{}))},
                   {"type", rule.type},
                   {"labels", object_of(rule.labels)}};
  if (!rule.error.empty()) { out.emplace("lastError", rule.error); }
  if (rule.type != "alerting") { return out; }
  const auto found = alerts.find(rule.id);
  json::array active = found == alerts.end() ? json::array() : found->second;
  std::string state = active.empty() ? "inactive" : "pending";
  for (const json::value& alert : active) {
    if (get_string(alert.get_object(), "state") == "firing") { state = "firing"; }
  }
  out.emplace("state", state);
  out.emplace("duration", seconds(rule.hold));
  out.emplace("keepFiringFor", seconds(rule.keep));
  out.emplace("annotations", object_of(rule.annotations));
  out.emplace("alerts", std::move(active));
  return out;
}

}  // namespace

std::string rules_json(const RuleEvaluator& evaluator, const json::value& alerts) {
  const AlertsOfRule active = by_rule(alerts);
  json::array groups;
  std::string open;
  double took = 0;
  for (const RuleHealth& rule : evaluator.rules()) {
    const std::string key = fmt::format("{};{}", rule.file, rule.group);
    if (groups.empty() || key != open) {
      open = key;
      took = 0;
      groups.push_back(json::object{{"name", rule.group},
                                    {"file", rule.file},
                                    {"interval", seconds(rule.interval)},
                                    {"limit", rule.limit},
                                    {"rules", json::array()},
                                    {"evaluationTime", 0.0},
                                    {"lastEvaluation", rfc3339(rule.at.value_or(WallTime{}))}});
    }
    json::object& group = groups.back().get_object();
    group["rules"].get_array().push_back(rule_json(rule, active));
    took += static_cast<double>(rule.took.count()) / 1e9;
    group["evaluationTime"] = took;
  }
  return to_text(json::object{{"groups", std::move(groups)}});
}

std::string alerts_json(const json::value& alerts) {
  json::array out;
  for (auto& [rule, list] : by_rule(alerts)) {
    for (const json::value& alert : list) { out.push_back(alert); }
  }
  return to_text(json::object{{"alerts", std::move(out)}});
}

}  // namespace vigie::alerting
