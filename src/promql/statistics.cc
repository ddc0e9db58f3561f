#include "promql/statistics.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigie::promql {

namespace {

// Adds x to sum and puts what rounding lost into lost.
void add_exactly(double x, double& sum, double& lost) {
  const double t = sum + x;
  if (std::isinf(t)) {
    lost = 0;
  } else if (std::abs(sum) >= std::abs(x)) {
    lost += (sum - t) + x;
  } else {
    lost += (x - t) + sum;
  }
  sum = t;
}

}  // namespace

void ExactSum::add(double x) {
  add_exactly(x, sum, lost);
}

void ExactMean::add(double x) {
  ++count_;
  const auto n = static_cast<double>(count_);
  if (!incremental_) {
    ExactSum next = sum_;
    next.add(x);
    if (count_ == 1 || !std::isinf(next.sum)) {
      sum_ = next;
      return;
    }
    incremental_ = true;
    sum_.sum /= n - 1;
    sum_.lost /= n - 1;
  }
  // An infinite mean stays what it is, unless its opposite comes or a NaN.
  if (std::isinf(sum_.sum) && !std::isnan(x) && (!std::isinf(x) || (x > 0) == (sum_.sum > 0))) {
    return;
  }
  const double share = (n - 1) / n;
  double mean = share * sum_.sum;
  double lost = share * sum_.lost;
  add_exactly(x / n, mean, lost);
  sum_.sum = mean;
  sum_.lost = lost;
}

double ExactMean::result() const {
  if (incremental_) { return sum_.sum + sum_.lost; }
  const auto n = static_cast<double>(count_);
  return sum_.sum / n + sum_.lost / n;
}

void Spread::add(double x) {
  ++count;
  const double delta = x - (mean + mean_lost);
  add_exactly(delta / static_cast<double>(count), mean, mean_lost);
  const double after = x - (mean + mean_lost);
  add_exactly(delta * after, squares, squares_lost);
}

double Spread::variance() const {
  return (squares + squares_lost) / static_cast<double>(count);
}

double quantile_of(double q, std::vector<double>& values) {
  if (values.empty() || std::isnan(q)) { return std::numeric_limits<double>::quiet_NaN(); }
  if (q < 0) { return -std::numeric_limits<double>::infinity(); }
  if (q > 1) { return std::numeric_limits<double>::infinity(); }
  std::sort(values.begin(), values.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * static_cast<double>(values.size() - 1);
  const auto lower = static_cast<size_t>(std::floor(rank));
  const size_t upper = std::min(values.size() - 1, lower + 1);
  const double weight = rank - std::floor(rank);
  return values[lower] * (1 - weight) + values[upper] * weight;
}

Line fit_line(std::span<const tsdb::Point> points, int64_t at_ms) {
  ExactSum x_sum;
  ExactSum y_sum;
  ExactSum xy_sum;
  ExactSum xx_sum;
  const double first = points.front().value;
  bool constant = true;
  for (const tsdb::Point& p : points) {
    if (p.value != first) { constant = false; }
    const double x = static_cast<double>(to_millis(p.at) - at_ms) / 1000;
    x_sum.add(x);
    y_sum.add(p.value);
    xy_sum.add(x * p.value);
    xx_sum.add(x * x);
  }
  if (constant) {
    if (std::isinf(first)) {
      const double nan = std::numeric_limits<double>::quiet_NaN();
      return {nan, nan};
    }
    return {0, first};
  }
  const auto n = static_cast<double>(points.size());
  const double covariance = xy_sum.total() - x_sum.total() * y_sum.total() / n;
  const double variance = xx_sum.total() - x_sum.total() * x_sum.total() / n;
  const double slope = covariance / variance;
  return {slope, y_sum.total() / n - slope * x_sum.total() / n};
}

}  // namespace vigie::promql
