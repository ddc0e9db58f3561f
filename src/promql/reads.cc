#include <fmt/core.h>

#include <algorithm>

#include "promql/evaluation.h"
#include "promql/function_kind.h"
#include "promql/promql.h"

namespace vigie::promql {

namespace {

void add_selector(const SelectorNode& node, Millis reach, Reads& reads) {
  if (node.shift.has_offset || node.shift.anchor != Shift::Anchor::none) {
    reads.moves_with_time = true;
  }
  reads.reach = std::max(reads.reach, reach + std::max(node.shift.offset.value, Millis{0}));
  for (const tsdb::Matcher& m : node.matchers) {
    if (m.name() != kMetricName || m.literal_values().empty()) { continue; }
    reads.metric_names.insert(m.literal_values().begin(), m.literal_values().end());
    return;
  }
  reads.any_metric = true;
}

void walk(const Node& node, Millis reach, Reads& reads) {
  if (const auto* selector = as<SelectorNode>(node)) {
    return add_selector(*selector, reach, reads);
  }
  if (const auto* range = as<RangeNode>(node)) {
    reach += range->range.value;
    reads.moves_with_time = true;
  } else if (const auto* subquery = as<SubqueryNode>(node)) {
    reach += subquery->range.value + std::max(subquery->shift.offset.value, Millis{0});
    reads.moves_with_time = true;
  } else if (const auto* call = as<CallNode>(node)) {
    const std::string_view name = call->function->name;
    // What is missing is not announced by a sample.
    const bool watches_time = call->function->moves_with_step || name == "timestamp" ||
                              name == "absent" || name == "start" || name == "end";
    reads.moves_with_time = reads.moves_with_time || watches_time;
  }
  for (const Node* child : children_of(node)) { walk(*child, reach, reads); }
}

void collect(const Node& node, std::vector<Matchers>& out) {
  if (const auto* selector = as<SelectorNode>(node)) { out.push_back(selector->matchers); }
  for (const Node* child : children_of(node)) { collect(*child, out); }
}

// `reach` is how long before the evaluation the outer subqueries begin to ask.
Status check_steps(const Node& node, Millis reach, const Expr& expr, const EngineOptions& options) {
  if (const auto* subquery = as<SubqueryNode>(node)) {
    // With @ it is asked about one window, wherever the outer ones look.
    if (subquery->shift.anchor != Shift::Anchor::none) { reach = 0ms; }
    reach += subquery->range.value;
    const bool fixed = !subquery->range.expr && !subquery->step.expr;
    const Millis step = subquery->step.value > 0ms ? subquery->step.value : options.subquery_step;
    const auto steps = static_cast<uint64_t>(reach / step);
    if (fixed && steps > options.samples_max) {
      return error(Code::exhausted, fmt::format("{}: {}", position_of(expr.text(), node.begin),
                                                too_many_steps(steps, options.samples_max)));
    }
  }
  for (const Node* child : children_of(node)) {
    VIGIE_CHECK(check_steps(*child, reach, expr, options));
  }
  return ok();
}

}  // namespace

Status check_size(const Expr& expr, const EngineOptions& options) {
  return check_steps(expr.root(), 0ms, expr, options);
}

Reads reads_of(const Expr& expr) {
  Reads reads;
  walk(expr.root(), Millis{0}, reads);
  return reads;
}

std::set<std::string> metric_names(const Expr& expr) {
  return reads_of(expr).metric_names;
}

std::vector<Matchers> selectors_of(const Expr& expr) {
  std::vector<Matchers> out;
  collect(expr.root(), out);
  return out;
}

}  // namespace vigie::promql
