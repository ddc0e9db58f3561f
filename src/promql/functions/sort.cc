// sort, sort_desc, sort_by_label, sort_by_label_desc: the order of an instant query's answer.
#include <fmt/core.h>

#include <algorithm>
#include <cmath>

#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

void warn_in_range(const Call& call) {
  if (!call.evaluation.is_range()) { return; }
  call.evaluation.notes().warn(
      call.evaluation.at(call.node,
                         "sort is ineffective for range queries since results are always ordered "
                         "by labels"));
}

template <bool kDown>
Result<Value> sort_by_value(const Call& call) {
  warn_in_range(call);
  VIGIE_TRY(Value value, call.arg(0));
  if (call.grid.count > 1) { return value; }
  std::stable_sort(value.columns.begin(), value.columns.end(),
                   [](const Column& a, const Column& b) {
                     // NaN last, whichever way.
                     if (std::isnan(a.values[0])) { return false; }
                     if (std::isnan(b.values[0])) { return true; }
                     return kDown ? a.values[0] > b.values[0] : a.values[0] < b.values[0];
                   });
  return value;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// The run of digits, or of anything else, at the front.
std::string_view run(std::string_view text) {
  size_t end = 1;
  while (end < text.size() && is_digit(text[end]) == is_digit(text[0])) { ++end; }
  return text.substr(0, end);
}

int compare_digits(std::string_view a, std::string_view b) {
  while (a.size() > 1 && a[0] == '0') { a.remove_prefix(1); }
  while (b.size() > 1 && b[0] == '0') { b.remove_prefix(1); }
  if (a.size() != b.size()) { return a.size() < b.size() ? -1 : 1; }
  return a.compare(b);
}

// As people count: "4m5" before "4m600".
int compare_natural(std::string_view a, std::string_view b) {
  while (!a.empty() && !b.empty()) {
    const std::string_view run_a = run(a);
    const std::string_view run_b = run(b);
    const bool digits = is_digit(run_a[0]) && is_digit(run_b[0]);
    const int order = digits ? compare_digits(run_a, run_b) : run_a.compare(run_b);
    if (order != 0) { return order; }
    a.remove_prefix(run_a.size());
    b.remove_prefix(run_b.size());
  }
  return a.empty() ? (b.empty() ? 0 : -1) : 1;
}

template <bool kDown>
Result<Value> sort_by_label(const Call& call) {
  warn_in_range(call);
  VIGIE_TRY(Value value, call.arg(0));
  if (call.grid.count > 1) { return value; }
  std::vector<std::string> names;
  for (size_t i = 1; i < call.arg_count(); ++i) { names.push_back(call.text(i)); }
  std::stable_sort(value.columns.begin(), value.columns.end(),
                   [&](const Column& a, const Column& b) {
                     for (const std::string& name : names) {
                       const int order = compare_natural(a.labels.get(name), b.labels.get(name));
                       if (order != 0) { return kDown ? order > 0 : order < 0; }
                     }
                     return kDown ? b.labels < a.labels : a.labels < b.labels;
                   });
  return value;
}

constexpr ValueType kVectorStrings[] = {ValueType::vector, ValueType::string};

constexpr Function kRows[] = {
    {.name = "sort",
     .args = kVector,
     .doc = "Smallest value first.",
     .body = {.whole = &sort_by_value<false>}},
    {.name = "sort_desc",
     .args = kVector,
     .doc = "Largest value first.",
     .body = {.whole = &sort_by_value<true>}},
    {.name = "sort_by_label",
     .args = kVectorStrings,
     .optional = 1,
     .variadic = true,
     .doc = "By labels as people count, first to last.",
     .body = {.whole = &sort_by_label<false>}},
    {.name = "sort_by_label_desc",
     .args = kVectorStrings,
     .optional = 1,
     .variadic = true,
     .doc = "By labels as people count, last to first.",
     .body = {.whole = &sort_by_label<true>}},
};

}  // namespace

extern const FunctionKind sort_function;
constinit const FunctionKind sort_function{kRows};

}  // namespace vigie::promql
