#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.h"

namespace vigie::stage {

using MetricLabels = std::vector<std::pair<std::string, std::string>>;

/// What a role says at /metrics: Prometheus' text format 0.0.4. Lives on: the loop.
class Metrics {
 public:
  explicit Metrics(WallTime started) : started_(started) {}

  /// Adds to a counter, which appears with its first use (0 makes it appear).
  void count(std::string_view name, std::string_view help, const MetricLabels& labels,
             double by = 1);
  void gauge(std::string_view name, std::string_view help, const MetricLabels& labels,
             double value);
  /// The gauge is not known now, so it is not shown.
  void forget(std::string_view name, const MetricLabels& labels);
  double value(std::string_view name, const MetricLabels& labels) const;

  /// All of it, with process_resident_memory_bytes and process_start_time_seconds.
  std::string text();

 private:
  struct Family {
    std::string_view type;
    std::string help;
    std::map<std::string, double> series;  ///< By label text: `{kind="flood"}`.
  };
  Family& family(std::string_view name, std::string_view type, std::string_view help);

  const WallTime started_;
  std::map<std::string, Family, std::less<>> families_;
};

}  // namespace vigie::stage
