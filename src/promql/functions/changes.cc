// changes, resets: how often a series moved.
#include <cmath>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

double changes(const Window& w) {
  double count = 0;
  for (size_t i = 1; i < w.points.size(); ++i) {
    const double before = w.points[i - 1].value;
    const double now = w.points[i].value;
    if (now != before && !(std::isnan(now) && std::isnan(before))) { count += 1; }
  }
  return count;
}

double resets(const Window& w) {
  double count = 0;
  for (size_t i = 1; i < w.points.size(); ++i) {
    if (w.points[i].value < w.points[i - 1].value) { count += 1; }
  }
  return count;
}

constexpr Function kRows[] = {
    {.name = "changes",
     .args = kMatrix,
     .doc = "How often the value changed within a range.",
     .body = {.window = &changes}},
    {.name = "resets",
     .args = kMatrix,
     .doc = "How often a counter fell within a range.",
     .body = {.window = &resets}},
};

}  // namespace

extern const FunctionKind changes_function;
constinit const FunctionKind changes_function{kRows};

}  // namespace vigie::promql
