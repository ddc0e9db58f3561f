// deriv, predict_linear, double_exponential_smoothing: where a gauge is heading.
#include <fmt/core.h>

#include "promql/function_kind.h"
#include "promql/statistics.h"

namespace vigie::promql {

namespace {

double deriv(const Window& w) {
  if (w.points.size() < 2) { return absent_value(); }
  // Times relative to the first point keep the arithmetic exact.
  return fit_line(w.points, to_millis(w.points.front().at)).slope;
}

double predict_linear(const Window& w) {
  if (w.points.size() < 2) { return absent_value(); }
  const Line line = fit_line(w.points, w.at);
  return line.slope * w.scalars[0] + line.intercept;
}

Status check_factors(std::span<const double> factors) {
  if (!(factors[0] > 0 && factors[0] < 1)) {
    return error(Code::invalid, fmt::format("invalid smoothing factor. Expected: 0 < sf < 1, "
                                            "got: {}",
                                            factors[0]));
  }
  if (!(factors[1] > 0 && factors[1] < 1)) {
    return error(Code::invalid,
                 fmt::format("invalid trend factor. Expected: 0 < tf < 1, got: {}", factors[1]));
  }
  return ok();
}

// Holt's linear method: level and trend, each smoothed.
double smooth(const Window& w) {
  if (w.points.size() < 2) { return absent_value(); }
  const double level_factor = w.scalars[0];
  const double trend_factor = w.scalars[1];
  double level = w.points[0].value;
  double trend = w.points[1].value - w.points[0].value;
  for (size_t i = 1; i < w.points.size(); ++i) {
    const double before = level;
    const double kept = (1 - level_factor) * (level + trend);
    level = level_factor * w.points[i].value + kept;
    trend = trend_factor * (level - before) + (1 - trend_factor) * trend;
  }
  return level;
}

constexpr ValueType kMatrixScalar[] = {ValueType::matrix, ValueType::scalar};
constexpr ValueType kMatrixTwoScalars[] = {ValueType::matrix, ValueType::scalar, ValueType::scalar};

constexpr Function kRows[] = {
    {.name = "deriv",
     .args = kMatrix,
     .doc = "Per-second slope of a gauge by linear regression.",
     .body = {.window = &deriv}},
    {.name = "predict_linear",
     .args = kMatrixScalar,
     .doc = "What a gauge will be in so many seconds, by linear regression.",
     .body = {.window = &predict_linear},
     .moves_with_step = true},
    {.name = "double_exponential_smoothing",
     .args = kMatrixTwoScalars,
     .doc = "A gauge smoothed by a factor for its level and one for its trend.",
     .body = {.window = &smooth},
     .check = &check_factors},
};

}  // namespace

extern const FunctionKind trend_function;
constinit const FunctionKind trend_function{kRows};

}  // namespace vigie::promql
