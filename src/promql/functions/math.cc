// Functions of one value.
#include <cmath>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

double sgn(double v) {
  return v > 0 ? 1 : v < 0 ? -1 : v;
}

constexpr Function row(std::string_view name, std::string_view doc, double (*body)(double)) {
  Function f;
  f.name = name;
  f.args = kVector;
  f.doc = doc;
  f.body.value = body;
  return f;
}

constexpr Function kRows[] = {
    row("abs", "Absolute value.", [](double v) { return std::abs(v); }),
    row("ceil", "Rounded up.", [](double v) { return std::ceil(v); }),
    row("floor", "Rounded down.", [](double v) { return std::floor(v); }),
    row("exp", "e to the power of the value.", [](double v) { return std::exp(v); }),
    row("ln", "Natural logarithm.", [](double v) { return std::log(v); }),
    row("log2", "Logarithm of base 2.", [](double v) { return std::log2(v); }),
    row("log10", "Logarithm of base 10.", [](double v) { return std::log10(v); }),
    row("sqrt", "Square root.", [](double v) { return std::sqrt(v); }),
    row("sgn", "1, 0 or -1 by the sign.", &sgn),
};

}  // namespace

extern const FunctionKind math_function;
constinit const FunctionKind math_function{kRows};

}  // namespace vigie::promql
