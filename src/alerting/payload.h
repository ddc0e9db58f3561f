#pragma once

#include <string>
#include <vector>

#include "alerting/alert.h"

namespace vigie::alerting {

/// Alerts in one message at most; the rest is counted as truncated.
inline constexpr size_t kPayloadAlertsMax = 500;

struct PayloadAlert {
  Labels labels;
  StringMap annotations;
  std::string fingerprint;
  std::string expr;  ///< For the link to the graph.
  WallTime starts_at{};
  std::optional<WallTime> ends_at;  ///< Absent: firing.
};

struct Payload {
  std::string receiver, group_key, external_url;
  Labels group_labels;
  std::vector<PayloadAlert> alerts;
};

/// "firing" when one of them fires, else "resolved".
std::string_view status_of(const Payload& payload);
/// JSON of Alertmanager's webhook, version 4.
std::string payload_text(const Payload& payload);

}  // namespace vigie::alerting
