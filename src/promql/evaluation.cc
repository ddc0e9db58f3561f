#include "promql/evaluation.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace vigie::promql {

std::string too_many_steps(uint64_t steps, uint64_t max) {
  return fmt::format("a subquery of {} steps; a query may hold {} samples at once", steps, max);
}

Evaluation::Evaluation(const EngineOptions& options, const QueryOptions& query,
                       const Querier& querier, std::string_view text, Grid whole, bool is_range)
    : options_(options),
      query_(query),
      querier_(querier),
      text_(text),
      whole_(whole),
      is_range_(is_range),
      lookback_(query.lookback.value_or(options.lookback).count()) {
  if (options.clock != nullptr) {
    deadline_ = options.clock->mono() + query.timeout.value_or(options.timeout);
  }
}

Status Evaluation::check() {
  if (query_.cancel.stop_requested()) { return error(Code::cancelled, "query was cancelled"); }
  if (deadline_ && options_.clock->mono() >= *deadline_) {
    return error(Code::timeout, "query timed out");
  }
  return ok();
}

Status Evaluation::charge(uint64_t bytes) {
  bytes_now_ += bytes;
  bytes_peak_ = std::max(bytes_peak_, bytes_now_);
  if (bytes_now_ / sizeof(Point) > options_.samples_max) {
    return error(Code::exhausted,
                 fmt::format("query processing would load too many samples into memory "
                             "(more than {})",
                             options_.samples_max));
  }
  return ok();
}

void Evaluation::drop_name(Column& column) const {
  if (options_.delayed_name_removal) {
    column.drop_name = true;
  } else {
    column.labels.erase(kMetricName);
  }
}

std::string Evaluation::at(const Node& node, std::string what) const {
  return fmt::format("{} ({})", what, position_of(text_, node.begin));
}

int64_t Evaluation::millis_of(const Span& span) const {
  if (!span.expr) { return span.value.count(); }
  const double step = is_range_ ? static_cast<double>(whole_.step) / 1000 : 0;
  const double range = static_cast<double>(whole_.at(whole_.count - 1) - whole_.start) / 1000;
  const double seconds = eval_duration(*span.expr, step, range);
  return std::abs(seconds) < 9e12 ? std::llround(seconds * 1000) : 0;
}

int64_t Evaluation::anchor_of(const Shift& shift, int64_t at) const {
  switch (shift.anchor) {
    case Shift::Anchor::none:
      return at;
    case Shift::Anchor::time:
      return shift.anchor_ms;
    case Shift::Anchor::start:
      return whole_.start;
    case Shift::Anchor::end:
      return whole_.at(whole_.count - 1);
  }
  return at;
}

Result<Value> Evaluation::eval(const Node& node, const Grid& grid) {
  VIGIE_CHECK(check());
  const uint64_t before = bytes_now_;
  Result<Value> value = node.invariant && grid.count > 1 && node.type != ValueType::matrix
                            ? broadcast(node, grid)
                            : eval_node(node, grid);
  if (!value) { return value; }
  // What the children held is gone by now.
  bytes_now_ = before;
  VIGIE_CHECK(charge(bytes_of(*value)));
  return value;
}

Result<Value> Evaluation::broadcast(const Node& node, const Grid& grid) {
  VIGIE_TRY(Value once, eval_node(node, Grid{grid.start, grid.step, 1}));
  VIGIE_CHECK(charge_cells((once.columns.size() + once.scalars.size()) * grid.count));
  if (!once.scalars.empty()) { once.scalars.assign(grid.count, once.scalars[0]); }
  for (Column& c : once.columns) { c.values.assign(grid.count, c.values[0]); }
  return once;
}

Result<Value> Evaluation::eval_node(const Node& node, const Grid& grid) {
  if (const auto* number = as<NumberNode>(node)) {
    VIGIE_CHECK(charge_cells(grid.count));
    return Value{.type = ValueType::scalar,
                 .scalars = std::vector<double>(grid.count, number->value)};
  }
  if (const auto* text = as<StringNode>(node)) {
    return Value{.type = ValueType::string, .text = text->value};
  }
  if (const auto* selector = as<SelectorNode>(node)) { return eval_selector(*selector, grid); }
  if (const auto* call = as<CallNode>(node)) { return eval_call(node, *call, grid); }
  if (const auto* aggregate = as<AggregateNode>(node)) { return eval_aggregate(*aggregate, grid); }
  if (const auto* binary = as<BinaryNode>(node)) { return eval_binary(node, *binary, grid); }
  if (const auto* unary = as<UnaryNode>(node)) { return eval_unary(*unary, grid); }
  if (const auto* paren = as<ParenNode>(node)) { return eval(*paren->expr, grid); }
  return error(Code::invalid, fmt::format("{}: a range vector has no value by itself",
                                          position_of(text_, node.begin)));
}

}  // namespace vigie::promql
