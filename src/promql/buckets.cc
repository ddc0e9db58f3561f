#include "promql/buckets.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>

namespace vigie::promql {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInf = std::numeric_limits<double>::infinity();
// Differences this small are rounding of rates, not lost observations.
constexpr double kRounding = 1e-12;

bool nearly_equal(double a, double b) {
  if (a == b) { return true; }
  const double difference = std::abs(a - b);
  const double sum = std::abs(a) + std::abs(b);
  if (a == 0 || b == 0 || sum < std::numeric_limits<double>::min()) {
    return difference < kRounding * std::numeric_limits<double>::min();
  }
  return difference / std::min(sum, std::numeric_limits<double>::max()) < kRounding;
}

}  // namespace

bool prepare(Buckets& buckets, bool& repaired) {
  std::sort(buckets.begin(), buckets.end(),
            [](const Bucket& a, const Bucket& b) { return a.bound < b.bound; });
  if (buckets.empty() || buckets.back().bound != kInf) { return false; }
  size_t kept = 0;
  for (size_t i = 1; i < buckets.size(); ++i) {
    if (buckets[i].bound == buckets[kept].bound) {
      buckets[kept].count += buckets[i].count;
    } else {
      buckets[++kept] = buckets[i];
    }
  }
  buckets.resize(kept + 1);
  double most = buckets[0].count;
  for (Bucket& b : buckets) {
    if (b.count < most && !nearly_equal(b.count, most)) { repaired = true; }
    // A small step up or down is rounding: the bucket is empty.
    if (nearly_equal(b.count, most) || b.count < most) {
      b.count = most;
    } else {
      most = b.count;
    }
  }
  return true;
}

double quantile_of(double q, const Buckets& buckets) {
  if (std::isnan(q) || buckets.size() < 2) { return kNan; }
  if (q < 0) { return -kInf; }
  if (q > 1) { return kInf; }
  const double total = buckets.back().count;
  if (total == 0 || std::isnan(total)) { return kNan; }
  const double rank = q * total;
  size_t b = 0;
  while (b + 1 < buckets.size() && buckets[b].count < rank) { ++b; }
  if (b + 1 == buckets.size()) { return buckets[buckets.size() - 2].bound; }
  const double end = buckets[b].bound;
  if (b == 0 && end <= 0) { return end; }
  const double start = b == 0 ? 0 : buckets[b - 1].bound;
  const double below = b == 0 ? 0 : buckets[b - 1].count;
  return start + (end - start) * ((rank - below) / (buckets[b].count - below));
}

namespace {

enum class End : uint8_t { lower, upper };

// Observations at most `value`. A bucket without a bound has no place inside it: what is in it
// belongs to no range that ends within.
double rank_of(double value, End which, const Buckets& buckets) {
  double below = 0;
  for (size_t i = 0; i < buckets.size(); ++i) {
    const double end = buckets[i].bound;
    const double start = i > 0 ? buckets[i - 1].bound : end > 0 ? 0 : -kInf;
    if (value <= start) { return below; }
    if (value < end) {
      if (std::isinf(start)) { return which == End::lower ? buckets[i].count : below; }
      if (std::isinf(end)) { return below; }
      return below + (buckets[i].count - below) * (value - start) / (end - start);
    }
    below = buckets[i].count;
  }
  return below;
}

}  // namespace

double fraction_of(double lower, double upper, const Buckets& buckets) {
  const double total = buckets.back().count;
  if (total == 0 || std::isnan(total) || std::isnan(lower) || std::isnan(upper)) { return kNan; }
  if (lower >= upper) { return 0; }
  const double to = std::min(rank_of(upper, End::upper, buckets), total);
  const double from = std::min(rank_of(lower, End::lower, buckets), total);
  return std::max(to - from, 0.0) / total;
}

}  // namespace vigie::promql
