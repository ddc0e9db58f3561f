#include "promql/ast.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "promql/evaluation.h"
#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

constexpr std::array<std::string_view, 14> kAggregates = {
    "sum",    "avg",      "count", "min",     "max",          "group",  "stddev",
    "stdvar", "quantile", "topk",  "bottomk", "count_values", "limitk", "limit_ratio"};
constexpr std::array<std::string_view, 16> kBinaries = {
    "+", "-", "*", "/", "%", "^", "atan2", "==", "!=", "<", ">", "<=", ">=", "and", "or", "unless"};

template <class... F>
struct Overload : F... {
  using F::operator()...;
};
template <class... F>
Overload(F...) -> Overload<F...>;

}  // namespace

std::string_view name_of(AggregateOp op) {
  return kAggregates[static_cast<size_t>(op)];
}
std::string_view symbol_of(BinaryOp op) {
  return kBinaries[static_cast<size_t>(op)];
}

bool takes_param(AggregateOp op) {
  return op >= AggregateOp::quantile;
}
bool is_comparison(BinaryOp op) {
  return op >= BinaryOp::equal && op <= BinaryOp::greater_equal;
}
bool is_set(BinaryOp op) {
  return op >= BinaryOp::op_and;
}

const Node& unwrap(const Node& node) {
  const Node* at = &node;
  while (const auto* paren = as<ParenNode>(*at)) { at = paren->expr.get(); }
  return *at;
}

std::vector<const Node*> children_of(const Node& node) {
  std::vector<const Node*> out;
  const auto add = [&](const NodePtr& child) {
    if (child) { out.push_back(child.get()); }
  };
  std::visit(
      Overload{[](const NumberNode&) {}, [](const StringNode&) {}, [](const SelectorNode&) {},
               [&](const RangeNode& n) { add(n.selector); },
               [&](const SubqueryNode& n) { add(n.expr); },
               [&](const CallNode& n) {
                 for (const NodePtr& arg : n.args) { add(arg); }
               },
               [&](const AggregateNode& n) {
                 add(n.param);
                 add(n.expr);
               },
               [&](const BinaryNode& n) {
                 add(n.left);
                 add(n.right);
               },
               [&](const UnaryNode& n) { add(n.expr); }, [&](const ParenNode& n) { add(n.expr); }},
      node.body);
  return out;
}

std::string position_of(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, std::min(offset, text.size()));
  const auto line = std::count(before.begin(), before.end(), '\n') + 1;
  const size_t start = before.rfind('\n');
  const size_t column = start == std::string_view::npos ? before.size() : before.size() - start - 1;
  return fmt::format("{}:{}", line, column + 1);
}

namespace {

double eval_duration_call(const CallNode& call, double step, double range) {
  const std::string_view name = call.function->name;
  if (name == "step") { return step; }
  if (name == "range") { return range; }
  if (call.args.size() != 2) { return NAN; }
  const double a = eval_duration(*call.args[0], step, range);
  const double b = eval_duration(*call.args[1], step, range);
  return name == "min_of" ? std::min(a, b) : name == "max_of" ? std::max(a, b) : NAN;
}

}  // namespace

double eval_duration(const Node& node, double step, double range) {
  if (const auto* number = as<NumberNode>(node)) { return number->value; }
  if (const auto* paren = as<ParenNode>(node)) { return eval_duration(*paren->expr, step, range); }
  if (const auto* unary = as<UnaryNode>(node)) {
    const double value = eval_duration(*unary->expr, step, range);
    return unary->negates ? -value : value;
  }
  if (const auto* binary = as<BinaryNode>(node)) {
    return apply(binary->op, eval_duration(*binary->left, step, range),
                 eval_duration(*binary->right, step, range));
  }
  if (const auto* call = as<CallNode>(node)) { return eval_duration_call(*call, step, range); }
  return NAN;
}

}  // namespace vigie::promql
