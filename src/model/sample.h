#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "base/time.h"
#include "model/labels.h"

namespace vigie {

/// One value of one series.
struct Sample {
  Labels labels;
  WallTime at;
  double value = 0;
};
using SampleBatch = std::vector<Sample>;

/// Prometheus' staleness marker: this very NaN, compared by bits (model/value/value.go's
/// StaleNaN). A series whose newest sample is this one has ended.
inline constexpr uint64_t kStaleBits = 0x7ff0000000000002ULL;
inline double stale_marker() {
  return std::bit_cast<double>(kStaleBits);
}
inline bool is_stale(double v) {
  return std::bit_cast<uint64_t>(v) == kStaleBits;
}

}  // namespace vigie
