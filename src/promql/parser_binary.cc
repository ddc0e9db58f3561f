#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <optional>

#include "promql/parser.h"

namespace vigie::promql {

namespace {

constexpr int kPowerLevel = 6;
// A chain leans to the left: each operator is one more level when it is evaluated.
constexpr int kOperatorsMax = 1000;

std::optional<BinaryOp> binary_op(const Token& token) {
  if (token.kind != TokenKind::symbol && token.kind != TokenKind::ident) { return std::nullopt; }
  for (int i = 0; i <= static_cast<int>(BinaryOp::op_unless); ++i) {
    const auto op = static_cast<BinaryOp>(i);
    if (token.is(symbol_of(op)) || token.is_word(symbol_of(op))) { return op; }
  }
  return std::nullopt;
}

int level_of(BinaryOp op) {
  switch (op) {
    case BinaryOp::op_or:
      return 1;
    case BinaryOp::op_and:
    case BinaryOp::op_unless:
      return 2;
    case BinaryOp::add:
    case BinaryOp::sub:
      return 4;
    case BinaryOp::mul:
    case BinaryOp::div:
    case BinaryOp::mod:
    case BinaryOp::atan2:
      return 5;
    case BinaryOp::pow:
      return kPowerLevel;
    default:
      return 3;
  }
}

}  // namespace

Result<NodePtr> Parser::binary(int least) {
  VIGIE_CHECK(enter());
  VIGIE_TRY(NodePtr left, unary());
  while (const auto op = binary_op(token_)) {
    const int level = level_of(*op);
    if (level < least) { break; }
    if (++operators_ > kOperatorsMax) {
      return fail(token_.begin, fmt::format("more than {} operators", kOperatorsMax));
    }
    VIGIE_CHECK(advance());
    BinaryNode node;
    node.op = *op;
    VIGIE_CHECK(matching(node));
    // Only the power binds to the right.
    VIGIE_TRY(node.right, binary(*op == BinaryOp::pow ? level : level + 1));
    const size_t begin = left->begin;
    node.left = std::move(left);
    left = make(begin);
    VIGIE_CHECK(check_binary(*left, node));
    const bool scalar =
        node.left->type == ValueType::scalar && node.right->type == ValueType::scalar;
    left->type = scalar ? ValueType::scalar : ValueType::vector;
    left->invariant = node.left->invariant && node.right->invariant;
    left->body = std::move(node);
  }
  if (token_.is("</") || token_.is(">/")) {
    return fail(token_.begin, fmt::format("operator {} trims native histograms, which are not "
                                          "built",
                                          token_.raw));
  }
  --depth_;
  return left;
}

Result<NodePtr> Parser::unary() {
  const bool plus = token_.is("+");
  if (!plus && !token_.is("-")) {
    VIGIE_TRY(NodePtr node, primary());
    return postfix(std::move(node));
  }
  const size_t begin = token_.begin;
  VIGIE_CHECK(advance());
  // -a ^ b is -(a ^ b), but -a * b is (-a) * b.
  VIGIE_TRY(NodePtr operand, binary(kPowerLevel));
  if (operand->type != ValueType::scalar && operand->type != ValueType::vector) {
    return fail(begin, fmt::format("unary expression only allowed on expressions of type scalar or "
                                   "instant vector, got \"{}\"",
                                   long_name_of(operand->type)));
  }
  if (auto* number = std::get_if<NumberNode>(&operand->body)) {
    if (!plus) { number->value = -number->value; }
    operand->begin = begin;
    return operand;
  }
  NodePtr node = make(begin);
  node->type = operand->type;
  node->invariant = operand->invariant;
  node->body = UnaryNode{.negates = !plus, .expr = std::move(operand)};
  return node;
}

Status Parser::matching(BinaryNode& node) {
  if (is_set(node.op)) { node.matching.cardinality = Cardinality::many_to_many; }
  if (token_.is_word("bool")) {
    if (!is_comparison(node.op)) {
      return fail(token_.begin, "bool modifier can only be used on comparison operators");
    }
    node.returns_bool = true;
    VIGIE_CHECK(advance());
  }
  const bool on = token_.is_word("on");
  if (!on && !token_.is_word("ignoring")) { return ok(); }
  VIGIE_TRY(const Token after, peek_second());
  if (!after.is("(")) { return ok(); }
  VIGIE_CHECK(advance());
  node.matching.on = on;
  node.matching.written = true;
  VIGIE_TRY(node.matching.labels, label_list("grouping opts"));
  return grouping(node);
}

Status Parser::grouping(BinaryNode& node) {
  const bool left = token_.is_word("group_left");
  if (!left && !token_.is_word("group_right")) { return ok(); }
  const size_t begin = token_.begin;
  if (is_set(node.op)) {
    return fail(begin, fmt::format("no grouping allowed for \"{}\" operation", symbol_of(node.op)));
  }
  VIGIE_CHECK(advance());
  node.matching.cardinality = left ? Cardinality::many_to_one : Cardinality::one_to_many;
  if (token_.is("(")) { VIGIE_TRY(node.matching.include, label_list("grouping opts")); }
  if (!node.matching.on) { return ok(); }
  for (const std::string& name : node.matching.include) {
    const auto& labels = node.matching.labels;
    if (std::find(labels.begin(), labels.end(), name) != labels.end()) {
      return fail(begin,
                  fmt::format("label \"{}\" must not occur in ON and GROUP clause at once", name));
    }
  }
  return ok();
}

Status Parser::check_binary(const Node& whole, BinaryNode& node) const {
  for (const NodePtr* side : {&node.left, &node.right}) {
    const ValueType type = (*side)->type;
    if (type != ValueType::scalar && type != ValueType::vector) {
      return fail((*side)->begin,
                  "binary expression must contain only scalar and instant vector types");
    }
  }
  const bool left_scalar = node.left->type == ValueType::scalar;
  const bool right_scalar = node.right->type == ValueType::scalar;
  if (is_comparison(node.op) && left_scalar && right_scalar && !node.returns_bool) {
    return fail(whole.begin, "comparisons between scalars must use BOOL modifier");
  }
  if (is_set(node.op) && (left_scalar || right_scalar)) {
    return fail(whole.begin, fmt::format("set operator \"{}\" not allowed in binary scalar "
                                         "expression",
                                         symbol_of(node.op)));
  }
  if (node.matching.written && (left_scalar || right_scalar)) {
    return fail(whole.begin, "vector matching only allowed between instant vectors");
  }
  return ok();
}

}  // namespace vigie::promql
