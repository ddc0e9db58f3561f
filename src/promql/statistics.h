#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "tsdb/series_set.h"

namespace vigie::promql {

/// A sum that keeps what rounding would lose (Neumaier's variant of Kahan's).
struct ExactSum {
  double sum = 0;
  double lost = 0;
  void add(double x);
  double total() const { return sum + lost; }
};

/// A mean that neither loses small values beside large ones nor overflows when the sum would.
class ExactMean {
 public:
  void add(double x);
  double result() const;

 private:
  ExactSum sum_;
  uint64_t count_ = 0;
  bool incremental_ = false;
};

/// Mean and sum of squared differences in one pass (Welford's).
struct Spread {
  uint64_t count = 0;
  double mean = 0;
  double squares = 0;
  double mean_lost = 0;
  double squares_lost = 0;
  void add(double x);
  double variance() const;
};

/// The q-quantile by linear interpolation; NaN counts as the smallest value. Sorts `values`.
/// NaN for no values or a NaN q, -Inf below 0, +Inf above 1.
double quantile_of(double q, std::vector<double>& values);

struct Line {
  double slope = 0;
  double intercept = 0;  ///< At `at_ms`.
};
/// Least squares over at least two points; x in seconds.
Line fit_line(std::span<const tsdb::Point> points, int64_t at_ms);

}  // namespace vigie::promql
