// absent, absent_over_time: 1 where nothing is.
#include <algorithm>
#include <set>

#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

using tsdb::MatchOp;

// What the missing series would have been called: labels that were asked for by `=`, once.
Labels wanted_labels(const Node& arg) {
  const Node* node = &unwrap(arg);
  if (const auto* range = as<RangeNode>(*node)) { node = range->selector.get(); }
  const auto* selector = as<SelectorNode>(*node);
  Labels labels;
  if (selector == nullptr) { return labels; }
  std::set<std::string> seen;
  for (const tsdb::Matcher& m : selector->matchers) {
    if (m.name() == kMetricName) { continue; }
    const bool again = !seen.insert(m.name()).second;
    if (m.op() == MatchOp::equal && !again) {
      labels.set(m.name(), m.value());
    } else {
      labels.erase(m.name());
    }
  }
  return labels;
}

Result<Value> where_not(const Call& call, const std::vector<bool>& present, Labels labels) {
  VIGIE_CHECK(call.evaluation.charge_column(labels, call.grid));
  Column column{.labels = std::move(labels)};
  column.values.reserve(present.size());
  for (const bool p : present) { column.values.push_back(p ? absent_value() : 1); }
  Value out{.type = ValueType::vector};
  out.columns.push_back(std::move(column));
  drop_empty(out.columns);
  return out;
}

Result<Value> absent(const Call& call) {
  VIGIE_TRY(const Value value, call.arg(0));
  std::vector<bool> present(call.grid.count, false);
  for (const Column& column : value.columns) {
    for (size_t i = 0; i < present.size(); ++i) {
      if (!is_absent(column.values[i])) { present[i] = true; }
    }
  }
  return where_not(call, present, wanted_labels(*call.call.args[0]));
}

Result<Value> absent_over_time(const Call& call) {
  const Node& matrix = *call.call.args[0];
  Evaluation& evaluation = call.evaluation;
  const Evaluation::Frame frame = evaluation.frame_of(matrix);
  std::vector<bool> present(call.grid.count, false);
  VIGIE_CHECK(evaluation.each_ranged(matrix, call.grid, [&](Evaluation::Ranged& ranged) {
    for (size_t i = 0; i < present.size(); ++i) {
      const int64_t end = evaluation.window_end(frame, call.grid.at(i));
      const auto after =
          std::upper_bound(ranged.points.begin(), ranged.points.end(), end,
                           [](int64_t at, const Point& p) { return at < to_millis(p.at); });
      if (after != ranged.points.begin() && to_millis(std::prev(after)->at) > end - frame.range) {
        present[i] = true;
      }
    }
    return ok();
  }));
  return where_not(call, present, wanted_labels(matrix));
}

constexpr Function kRows[] = {
    {.name = "absent",
     .args = kVector,
     .doc = "1 when nothing is selected, with the labels that were asked for.",
     .body = {.whole = &absent}},
    {.name = "absent_over_time",
     .args = kMatrix,
     .doc = "1 when nothing was there during a range.",
     .body = {.whole = &absent_over_time}},
};

}  // namespace

extern const FunctionKind absent_function;
constinit const FunctionKind absent_function{kRows};

}  // namespace vigie::promql
