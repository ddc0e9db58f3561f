#pragma once

#include <span>
#include <string>
#include <string_view>

#include "incident/state.h"

namespace vigie::incident {

/// A sentence: "heartbeat: datajs passes nothing on", the alert's summary, or its name and where.
std::string title_of(const State& state, const KnownAlert& alert);
/// For an incident of a broken dependency: "offre is down".
std::string title_of_cause(const std::string& key);
/// "datajs" of "service/datajs"; "" for other keys.
std::string service_of_key(const std::string& key);
/// {"heartbeat", "topic"} of "stage/heartbeat/topic"; empty for other keys.
std::pair<std::string, std::string> stage_of_key(const std::string& key);

/// A word for how bad, and its rank.
struct Severity {
  std::string_view word;
  int rank;
};
/// The words with a meaning, worst first.
std::span<const Severity> severities();
/// How bad, for comparing: critical 4, error 3, warning 2, others 1, info and none 0.
int severity_rank(const std::string& severity);
/// An alert of this severity makes an incident.
bool makes_incident(const Labels& labels);
/// The severity label; "warning" when there is none.
std::string severity_of(const Labels& labels);

/// The part of an alerting expression worth drawing: `rate(x[1m])` of `rate(x[1m]) == 0`.
std::string drawable(const std::string& expr);

}  // namespace vigie::incident
