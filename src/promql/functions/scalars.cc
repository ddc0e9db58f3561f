// scalar, vector, pi, min_of, max_of: between scalars and vectors.
#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

Result<Value> scalar(const Call& call) {
  VIGIE_TRY(const Value value, call.arg(0));
  VIGIE_CHECK(call.evaluation.charge_cells(call.grid.count));
  Value out{.type = ValueType::scalar};
  out.scalars.reserve(call.grid.count);
  for (size_t i = 0; i < call.grid.count; ++i) {
    size_t count = 0;
    double only = kNan;
    for (const Column& column : value.columns) {
      if (is_absent(column.values[i])) { continue; }
      only = column.values[i];
      ++count;
    }
    out.scalars.push_back(count == 1 ? only : kNan);
  }
  return out;
}

Result<Value> vector(const Call& call) {
  VIGIE_TRY(Value value, call.arg(0));
  Value out{.type = ValueType::vector};
  out.columns.push_back({.values = std::move(value.scalars)});
  return out;
}

double pi(std::span<const double>) {
  return std::numbers::pi;
}
double min_of(std::span<const double> v) {
  return std::isnan(v[0]) || std::isnan(v[1]) ? kNan : std::min(v[0], v[1]);
}
double max_of(std::span<const double> v) {
  return std::isnan(v[0]) || std::isnan(v[1]) ? kNan : std::max(v[0], v[1]);
}

constexpr ValueType kTwoScalars[] = {ValueType::scalar, ValueType::scalar};

constexpr Function kRows[] = {
    {.name = "scalar",
     .args = kVector,
     .result = ValueType::scalar,
     .doc = "The value of the only series, NaN when there is not exactly one.",
     .body = {.whole = &scalar}},
    {.name = "vector",
     .args = kScalar,
     .doc = "A scalar as a series without labels.",
     .body = {.whole = &vector}},
    {.name = "pi", .result = ValueType::scalar, .doc = "Pi.", .body = {.scalar = &pi}},
    {.name = "min_of",
     .args = kTwoScalars,
     .result = ValueType::scalar,
     .doc = "The smaller of two scalars.",
     .body = {.scalar = &min_of}},
    {.name = "max_of",
     .args = kTwoScalars,
     .result = ValueType::scalar,
     .doc = "The larger of two scalars.",
     .body = {.scalar = &max_of}},
};

}  // namespace

extern const FunctionKind scalars_function;
constinit const FunctionKind scalars_function{kRows};

}  // namespace vigie::promql
