// Functions of one value.
#include <cmath>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

double sgn(double v) {
  return v > 0 ? 1 : v < 0 ? -1 : v;
}

constexpr Function kRows[] = {
    of_each_value("abs", "Absolute value.", [](double v) { return std::abs(v); }),
    of_each_value("ceil", "Rounded up.", [](double v) { return std::ceil(v); }),
    of_each_value("floor", "Rounded down.", [](double v) { return std::floor(v); }),
    of_each_value("exp", "e to the power of the value.", [](double v) { return std::exp(v); }),
    of_each_value("ln", "Natural logarithm.", [](double v) { return std::log(v); }),
    of_each_value("log2", "Logarithm of base 2.", [](double v) { return std::log2(v); }),
    of_each_value("log10", "Logarithm of base 10.", [](double v) { return std::log10(v); }),
    of_each_value("sqrt", "Square root.", [](double v) { return std::sqrt(v); }),
    of_each_value("sgn", "1, 0 or -1 by the sign.", &sgn),
};

}  // namespace

extern const FunctionKind math_function;
constinit const FunctionKind math_function{kRows};

}  // namespace vigie::promql
