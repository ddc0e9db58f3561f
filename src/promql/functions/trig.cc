// Trigonometry, in radians.
#include <cmath>
#include <numbers>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

constexpr Function row(std::string_view name, std::string_view doc, double (*body)(double)) {
  Function f;
  f.name = name;
  f.args = kVector;
  f.doc = doc;
  f.body.value = body;
  return f;
}

constexpr Function kRows[] = {
    row("sin", "Sine.", [](double v) { return std::sin(v); }),
    row("cos", "Cosine.", [](double v) { return std::cos(v); }),
    row("tan", "Tangent.", [](double v) { return std::tan(v); }),
    row("asin", "Inverse sine.", [](double v) { return std::asin(v); }),
    row("acos", "Inverse cosine.", [](double v) { return std::acos(v); }),
    row("atan", "Inverse tangent.", [](double v) { return std::atan(v); }),
    row("sinh", "Hyperbolic sine.", [](double v) { return std::sinh(v); }),
    row("cosh", "Hyperbolic cosine.", [](double v) { return std::cosh(v); }),
    row("tanh", "Hyperbolic tangent.", [](double v) { return std::tanh(v); }),
    row("asinh", "Inverse hyperbolic sine.", [](double v) { return std::asinh(v); }),
    row("acosh", "Inverse hyperbolic cosine.", [](double v) { return std::acosh(v); }),
    row("atanh", "Inverse hyperbolic tangent.", [](double v) { return std::atanh(v); }),
    row("rad", "Degrees to radians.", [](double v) { return v * std::numbers::pi / 180; }),
    row("deg", "Radians to degrees.", [](double v) { return v * 180 / std::numbers::pi; }),
};

}  // namespace

extern const FunctionKind trig_function;
constinit const FunctionKind trig_function{kRows};

}  // namespace vigie::promql
