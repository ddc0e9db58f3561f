#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>
#include <optional>

#include "promql/function_kind.h"
#include "promql/parser.h"

namespace vigie::promql {

namespace {

std::optional<AggregateOp> aggregate_op(const Token& token) {
  for (int i = 0; i <= static_cast<int>(AggregateOp::limit_ratio); ++i) {
    const auto op = static_cast<AggregateOp>(i);
    if (token.is_word(name_of(op))) { return op; }
  }
  return std::nullopt;
}

}  // namespace

Result<NodePtr> Parser::primary() {
  switch (token_.kind) {
    case TokenKind::number:
    case TokenKind::duration:
      return number();
    case TokenKind::text: {
      const size_t begin = token_.begin;
      std::string value = std::move(token_.text);
      VIGIE_CHECK(advance());
      NodePtr node = make(begin);
      node->type = ValueType::string;
      node->invariant = true;
      node->body = StringNode{std::move(value)};
      return node;
    }
    case TokenKind::ident:
      return word();
    case TokenKind::symbol:
      if (token_.is("(")) { return paren(); }
      if (token_.is("{")) { return selector(std::nullopt); }
      return unexpected("where an expression starts");
    case TokenKind::end:
      return fail(token_.begin, "unexpected end of input");
  }
  return unexpected("where an expression starts");
}

Result<NodePtr> Parser::number() {
  const size_t begin = token_.begin;
  const NumberNode value{token_.value, token_.kind == TokenKind::duration};
  VIGIE_CHECK(advance());
  NodePtr node = make(begin);
  node->type = ValueType::scalar;
  node->invariant = true;
  node->body = value;
  return node;
}

Result<NodePtr> Parser::paren() {
  const size_t begin = token_.begin;
  VIGIE_CHECK(advance());
  VIGIE_TRY(NodePtr inner, binary(0));
  VIGIE_CHECK(expect(")", "paren expression"));
  NodePtr node = make(begin);
  node->type = inner->type;
  node->invariant = inner->invariant;
  node->body = ParenNode{std::move(inner)};
  return node;
}

Result<NodePtr> Parser::word() {
  VIGIE_TRY(const Token after, peek_second());
  const auto op = aggregate_op(token_);
  if (op && (after.is("(") || after.is_word("by") || after.is_word("without"))) {
    return aggregate(*op);
  }
  if (after.is("(")) { return call(token_); }
  const bool infinite = token_.is_word("inf");
  if ((infinite || token_.is_word("nan")) && !after.is("{")) {
    token_.value = infinite ? std::numeric_limits<double>::infinity()
                            : std::numeric_limits<double>::quiet_NaN();
    return number();
  }
  Token name = token_;
  VIGIE_CHECK(advance());
  return selector(std::move(name));
}

Result<std::vector<std::string>> Parser::label_list(std::string_view where) {
  std::vector<std::string> names;
  VIGIE_CHECK(expect("(", where));
  while (!token_.is(")")) {
    const bool quoted = token_.kind == TokenKind::text;
    const bool plain =
        token_.kind == TokenKind::ident && token_.raw.find(':') == std::string_view::npos;
    if (!quoted && !plain) { return unexpected(fmt::format("in {}, expected label", where)); }
    names.emplace_back(quoted ? token_.text : std::string(token_.raw));
    VIGIE_CHECK(advance());
    if (token_.is(")")) { break; }
    VIGIE_CHECK(expect(",", where));
  }
  VIGIE_CHECK(advance());
  return names;
}

Status Parser::group_labels(AggregateNode& node) {
  const bool without = token_.is_word("without");
  if (node.grouped || (!without && !token_.is_word("by"))) { return ok(); }
  VIGIE_CHECK(advance());
  node.grouped = true;
  node.without = without;
  VIGIE_TRY(node.labels, label_list("grouping opts"));
  return ok();
}

Result<NodePtr> Parser::aggregate(AggregateOp op) {
  const size_t begin = token_.begin;
  AggregateNode node;
  node.op = op;
  VIGIE_CHECK(advance());
  VIGIE_CHECK(group_labels(node));
  VIGIE_CHECK(expect("(", "aggregation"));
  std::vector<NodePtr> args;
  while (!token_.is(")")) {
    VIGIE_TRY(NodePtr arg, binary(0));
    args.push_back(std::move(arg));
    if (token_.is(")")) { break; }
    VIGIE_CHECK(expect(",", "aggregation"));
  }
  VIGIE_CHECK(advance());
  VIGIE_CHECK(group_labels(node));
  const size_t wanted = takes_param(op) ? 2 : 1;
  if (args.size() != wanted) {
    return fail(begin, fmt::format("wrong number of arguments for aggregate expression provided, "
                                   "expected {}, got {}",
                                   wanted, args.size()));
  }
  node.expr = std::move(args.back());
  if (wanted == 2) { node.param = std::move(args.front()); }
  NodePtr whole = make(begin);
  VIGIE_CHECK(check_aggregate(*whole, node));
  whole->invariant = node.expr->invariant && (!node.param || node.param->invariant);
  whole->body = std::move(node);
  return whole;
}

Status Parser::check_aggregate(const Node&, AggregateNode& node) const {
  if (node.expr->type != ValueType::vector) {
    return fail(node.expr->begin,
                fmt::format("expected type instant vector in aggregation expression, got {}",
                            long_name_of(node.expr->type)));
  }
  if (!node.param) { return ok(); }
  const ValueType wanted =
      node.op == AggregateOp::count_values ? ValueType::string : ValueType::scalar;
  if (node.param->type != wanted) {
    return fail(node.param->begin,
                fmt::format("expected type {} in aggregation parameter, got {}",
                            long_name_of(wanted), long_name_of(node.param->type)));
  }
  return ok();
}

Result<NodePtr> Parser::call(Token name) {
  const Function* function = find_function(name.raw);
  if (function == nullptr) {
    return fail(name.begin, fmt::format("unknown function with name \"{}\"{}", name.raw,
                                        suggestion_for(name.raw)));
  }
  CallNode node;
  node.function = function;
  VIGIE_CHECK(advance());
  VIGIE_CHECK(expect("(", "function call"));
  while (!token_.is(")")) {
    VIGIE_TRY(NodePtr arg, binary(0));
    node.args.push_back(std::move(arg));
    if (token_.is(")")) { break; }
    VIGIE_CHECK(expect(",", "function call"));
    if (token_.is(")")) { return unexpected("in function call, expected an argument"); }
  }
  VIGIE_CHECK(advance());
  NodePtr whole = make(name.begin);
  VIGIE_CHECK(check_call(*whole, node));
  whole->type = function->result;
  whole->invariant =
      !function->moves_with_step && std::all_of(node.args.begin(), node.args.end(),
                                                [](const NodePtr& arg) { return arg->invariant; });
  if (function->name == "timestamp") {
    // Of a sample it is the sample's own; of anything computed it is the step's.
    whole->invariant = whole->invariant && as<SelectorNode>(unwrap(*node.args[0])) != nullptr;
  }
  whole->body = std::move(node);
  return whole;
}

Status Parser::check_call(const Node& whole, const CallNode& node) const {
  const Function& f = *node.function;
  const size_t most = f.variadic ? SIZE_MAX : f.args.size();
  const size_t least = f.args.size() - f.optional;
  if (node.args.size() < least || node.args.size() > most) {
    const char* how =
        f.variadic || f.optional > 0 ? node.args.size() < least ? "at least " : "at most " : "";
    return fail(whole.begin, fmt::format("expected {}{} argument(s) in call to \"{}\", got {}", how,
                                         node.args.size() < least ? least : f.args.size(), f.name,
                                         node.args.size()));
  }
  for (size_t i = 0; i < node.args.size(); ++i) {
    const ValueType wanted = f.args[std::min(i, f.args.size() - 1)];
    if (node.args[i]->type == wanted) { continue; }
    return fail(node.args[i]->begin,
                fmt::format("expected type {} in call to function \"{}\", got {}",
                            long_name_of(wanted), f.name, long_name_of(node.args[i]->type)));
  }
  return ok();
}

}  // namespace vigie::promql
