// Trigonometry, in radians.
#include <cmath>
#include <numbers>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

constexpr Function kRows[] = {
    of_each_value("sin", "Sine.", [](double v) { return std::sin(v); }),
    of_each_value("cos", "Cosine.", [](double v) { return std::cos(v); }),
    of_each_value("tan", "Tangent.", [](double v) { return std::tan(v); }),
    of_each_value("asin", "Inverse sine.", [](double v) { return std::asin(v); }),
    of_each_value("acos", "Inverse cosine.", [](double v) { return std::acos(v); }),
    of_each_value("atan", "Inverse tangent.", [](double v) { return std::atan(v); }),
    of_each_value("sinh", "Hyperbolic sine.", [](double v) { return std::sinh(v); }),
    of_each_value("cosh", "Hyperbolic cosine.", [](double v) { return std::cosh(v); }),
    of_each_value("tanh", "Hyperbolic tangent.", [](double v) { return std::tanh(v); }),
    of_each_value("asinh", "Inverse hyperbolic sine.", [](double v) { return std::asinh(v); }),
    of_each_value("acosh", "Inverse hyperbolic cosine.", [](double v) { return std::acosh(v); }),
    of_each_value("atanh", "Inverse hyperbolic tangent.", [](double v) { return std::atanh(v); }),
    of_each_value("rad", "Degrees to radians.",
                  [](double v) { return v * std::numbers::pi / 180; }),
    of_each_value("deg", "Radians to degrees.",
                  [](double v) { return v * 180 / std::numbers::pi; }),
};

}  // namespace

extern const FunctionKind trig_function;
constinit const FunctionKind trig_function{kRows};

}  // namespace vigie::promql
