#include "alerting/payload.h"

#include <algorithm>

#include "alerting/template_functions.h"
#include "base/json.h"

namespace vigie::alerting {

namespace {

// Go's zero time: what Alertmanager writes for an alert that has not ended.
constexpr std::string_view kNever = "0001-01-01T00:00:00Z";

json::object object_of(const StringMap& map) {
  json::object out;
  for (const auto& [name, value] : map) { out.emplace(name, value); }
  return out;
}

StringMap map_of(const Labels& labels) {
  StringMap out;
  for (const auto& [name, value] : labels) { out.emplace(name, value); }
  return out;
}

/// What all of them have in common.
void keep_common(StringMap& common, const StringMap& next) {
  std::erase_if(common, [&](const auto& entry) {
    const auto found = next.find(entry.first);
    return found == next.end() || found->second != entry.second;
  });
}

json::object alert_json(const PayloadAlert& alert, const std::string& external_url) {
  return {
      {"status", alert.ends_at ? "resolved" : "firing"},
      {"labels", object_of(map_of(alert.labels))},
      {"annotations", object_of(alert.annotations)},
      {"startsAt", rfc3339(alert.starts_at)},
      {"endsAt", alert.ends_at ? rfc3339(*alert.ends_at) : std::string(kNever)},
      {"generatorURL", external_url + "/graph?g0.expr=" + query_escape(alert.expr) + "&g0.tab=1"},
      {"fingerprint", alert.fingerprint}};
}

}  // namespace

std::string_view status_of(const Payload& payload) {
  const bool firing = std::ranges::any_of(
      payload.alerts, [](const PayloadAlert& alert) { return !alert.ends_at.has_value(); });
  return firing ? "firing" : "resolved";
}

std::string payload_text(const Payload& payload) {
  StringMap labels;
  StringMap annotations;
  json::array alerts;
  for (size_t i = 0; i < payload.alerts.size(); ++i) {
    const PayloadAlert& alert = payload.alerts[i];
    const StringMap own = map_of(alert.labels);
    if (i == 0) {
      labels = own;
      annotations = alert.annotations;
    }
    keep_common(labels, own);
    keep_common(annotations, alert.annotations);
    if (i < kPayloadAlertsMax) { alerts.push_back(alert_json(alert, payload.external_url)); }
  }
  const size_t truncated = payload.alerts.size() - alerts.size();
  return to_text(json::object{{"version", "4"},
                              {"groupKey", payload.group_key},
                              {"truncatedAlerts", truncated},
                              {"status", status_of(payload)},
                              {"receiver", payload.receiver},
                              {"groupLabels", object_of(map_of(payload.group_labels))},
                              {"commonLabels", object_of(labels)},
                              {"commonAnnotations", object_of(annotations)},
                              {"externalURL", payload.external_url},
                              {"alerts", std::move(alerts)}});
}

}  // namespace vigie::alerting
