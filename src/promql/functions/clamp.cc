// clamp, clamp_min, clamp_max, round: values held within bounds or steps.
#include <algorithm>
#include <cmath>
#include <limits>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

// A bound that is NaN makes everything NaN.
double lesser(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : std::min(a, b);
}
double greater(double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::numeric_limits<double>::quiet_NaN() : std::max(a, b);
}

double clamp(double v, std::span<const double> bounds) {
  if (bounds[1] < bounds[0]) { return absent_value(); }
  return greater(bounds[0], lesser(bounds[1], v));
}
double clamp_min(double v, std::span<const double> bounds) {
  return greater(bounds[0], v);
}
double clamp_max(double v, std::span<const double> bounds) {
  return lesser(bounds[0], v);
}

// Halves go up. By the inverse, because dividing by 0.1 is exacter than multiplying.
double round(double v, std::span<const double> nearest) {
  const double inverse = 1 / (nearest.empty() ? 1 : nearest[0]);
  return std::floor(v * inverse + 0.5) / inverse;
}

constexpr ValueType kVectorTwoScalars[] = {ValueType::vector, ValueType::scalar, ValueType::scalar};

constexpr Function kRows[] = {
    {.name = "clamp",
     .args = kVectorTwoScalars,
     .doc = "Values held between a smallest and a largest one.",
     .body = {.value_with = &clamp}},
    {.name = "clamp_min",
     .args = kVectorScalar,
     .doc = "Values held above a smallest one.",
     .body = {.value_with = &clamp_min}},
    {.name = "clamp_max",
     .args = kVectorScalar,
     .doc = "Values held below a largest one.",
     .body = {.value_with = &clamp_max}},
    {.name = "round",
     .args = kVectorScalar,
     .optional = 1,
     .doc = "Rounded to the nearest multiple of a number, 1 unless given.",
     .body = {.value_with = &round}},
};

}  // namespace

extern const FunctionKind clamp_function;
constinit const FunctionKind clamp_function{kRows};

}  // namespace vigie::promql
