// *_over_time: one number for all values of a range.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/function_kind.h"
#include "promql/result_json.h"
#include "promql/statistics.h"

namespace vigie::promql {

namespace {

double avg(const Window& w) {
  ExactMean mean;
  for (const Point& p : w.points) { mean.add(p.value); }
  return mean.result();
}
double sum(const Window& w) {
  ExactSum total;
  for (const Point& p : w.points) { total.add(p.value); }
  return total.total();
}
double count(const Window& w) {
  return static_cast<double>(w.points.size());
}
double present(const Window&) {
  return 1;
}
double first(const Window& w) {
  return w.points.front().value;
}
double last(const Window& w) {
  return w.points.back().value;
}

// A NaN gives way to any number.
template <bool kLargest>
const Point& edge(const Window& w) {
  const Point* best = &w.points.front();
  for (const Point& p : w.points) {
    if (std::isnan(best->value) || (kLargest ? p.value > best->value : p.value < best->value)) {
      best = &p;
    }
  }
  return *best;
}
// Of equal extremes the timestamp is the last one's.
template <bool kLargest>
double edge_time(const Window& w) {
  const Point* best = &w.points.front();
  for (const Point& p : w.points) {
    if (std::isnan(best->value) || (kLargest ? p.value >= best->value : p.value <= best->value)) {
      best = &p;
    }
  }
  return to_seconds(best->at);
}
double min(const Window& w) {
  return edge<false>(w).value;
}
double max(const Window& w) {
  return edge<true>(w).value;
}
double ts_of_first(const Window& w) {
  return to_seconds(w.points.front().at);
}
double ts_of_last(const Window& w) {
  return to_seconds(w.points.back().at);
}

double stdvar(const Window& w) {
  Spread spread;
  for (const Point& p : w.points) { spread.add(p.value); }
  return spread.variance();
}
double stddev(const Window& w) {
  return std::sqrt(stdvar(w));
}

std::vector<double> values_of(const Window& w) {
  std::vector<double> values;
  values.reserve(w.points.size());
  for (const Point& p : w.points) { values.push_back(p.value); }
  return values;
}

double quantile(const Window& w) {
  std::vector<double> values = values_of(w);
  return quantile_of(w.scalars[0], values);
}

double mad(const Window& w) {
  std::vector<double> values = values_of(w);
  if (std::any_of(values.begin(), values.end(), [](double v) { return std::isnan(v); })) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const double median = quantile_of(0.5, values);
  for (double& v : values) { v = std::abs(v - median); }
  return quantile_of(0.5, values);
}

std::string bad_quantile(const Window& w) {
  const double q = w.scalars[0];
  if (q >= 0 && q <= 1) { return ""; }
  return fmt::format("quantile value should be between 0 and 1, got {}", format_value(q));
}

constexpr ValueType kScalarMatrix[] = {ValueType::scalar, ValueType::matrix};

constexpr Function row(std::string_view name, std::string_view doc, double (*body)(const Window&),
                       bool keeps_name = false) {
  Function f;
  f.name = name;
  f.args = kMatrix;
  f.doc = doc;
  f.body.window = body;
  f.keeps_name = keeps_name;
  return f;
}

constexpr Function kRows[] = {
    row("avg_over_time", "Mean of the values of a range.", &avg),
    row("sum_over_time", "Sum of the values of a range.", &sum),
    row("count_over_time", "How many values a range has.", &count),
    row("min_over_time", "Smallest value of a range.", &min),
    row("max_over_time", "Largest value of a range.", &max),
    row("stddev_over_time", "Standard deviation of the values of a range.", &stddev),
    row("stdvar_over_time", "Variance of the values of a range.", &stdvar),
    row("last_over_time", "Newest value of a range; the name stays.", &last, true),
    row("first_over_time", "Oldest value of a range; the name stays.", &first, true),
    row("present_over_time", "1 for every series with a value in a range.", &present),
    row("mad_over_time", "Median of the distances from the median.", &mad),
    row("ts_of_min_over_time", "When the smallest value was seen last.", &edge_time<false>),
    row("ts_of_max_over_time", "When the largest value was seen last.", &edge_time<true>),
    row("ts_of_first_over_time", "When the oldest value was seen.", &ts_of_first),
    row("ts_of_last_over_time", "When the newest value was seen.", &ts_of_last),
    {.name = "quantile_over_time",
     .args = kScalarMatrix,
     .doc = "The quantile, 0 to 1, of the values of a range.",
     .body = {.window = &quantile},
     .note = &bad_quantile,
     .note_is_warning = true},
};

}  // namespace

extern const FunctionKind over_time_function;
constinit const FunctionKind over_time_function{kRows};

}  // namespace vigie::promql
