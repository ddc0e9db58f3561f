#include "promql/parser.h"

#include <fmt/core.h>

namespace vigie::promql {

namespace {

// Deeper input is refused, so that the recursion never meets the end of the stack.
constexpr int kDepthMax = 200;

}  // namespace

std::string_view long_name_of(ValueType type) {
  switch (type) {
    case ValueType::scalar:
      return "scalar";
    case ValueType::vector:
      return "instant vector";
    case ValueType::matrix:
      return "range vector";
    case ValueType::string:
      return "string";
  }
  return "";
}

Error Parser::fail(size_t offset, std::string_view what) const {
  return error(Code::invalid, fmt::format("{}: parse error: {}", position_of(text_, offset), what));
}

Error Parser::unexpected(std::string_view where) const {
  if (token_.kind == TokenKind::end) {
    return fail(token_.begin, fmt::format("unexpected end of input {}", where));
  }
  return fail(token_.begin, fmt::format("unexpected \"{}\" {}", token_.raw, where));
}

Status Parser::start() {
  VIGIE_TRY(token_, lexer_.next());
  return ok();
}

Status Parser::advance() {
  last_end_ = token_.end;
  if (second_) {
    token_ = std::move(*second_);
    second_.reset();
    return ok();
  }
  VIGIE_TRY(token_, lexer_.next());
  return ok();
}

Result<Token> Parser::peek_second() {
  if (!second_) { VIGIE_TRY(second_, lexer_.next()); }
  return *second_;
}

Status Parser::expect(std::string_view symbol, std::string_view where) {
  if (!token_.is(symbol)) {
    return unexpected(fmt::format("in {}, expected \"{}\"", where, symbol));
  }
  return advance();
}

NodePtr Parser::make(size_t begin) const {
  auto node = std::make_unique<Node>();
  node->begin = begin;
  node->end = last_end_;
  return node;
}

Status Parser::enter() {
  if (++depth_ > kDepthMax) {
    return fail(token_.begin, fmt::format("the expression is nested more than {} deep", kDepthMax));
  }
  return ok();
}

Result<NodePtr> Parser::parse_all() {
  VIGIE_CHECK(start());
  if (token_.kind == TokenKind::end) { return fail(0, "no expression found in input"); }
  VIGIE_TRY(NodePtr node, binary(0));
  if (token_.kind != TokenKind::end) { return unexpected("after the expression"); }
  return node;
}

Result<NodePtr> Parser::parse_selector_only() {
  VIGIE_TRY(NodePtr node, parse_all());
  if (as<SelectorNode>(*node) == nullptr) { return fail(0, "a series selector is needed here"); }
  const Shift& shift = as<SelectorNode>(*node)->shift;
  if (shift.has_offset || shift.anchor != Shift::Anchor::none) {
    return fail(0, "a series selector takes neither offset nor @ here");
  }
  return node;
}

Result<Expr> parse(std::string_view text) {
  Parser parser(text);
  VIGIE_TRY(NodePtr node, parser.parse_all());
  return Expr{std::shared_ptr<const Node>(std::move(node)), std::string(text)};
}

Result<Matchers> parse_selector(std::string_view text) {
  Parser parser(text);
  VIGIE_TRY(const NodePtr node, parser.parse_selector_only());
  return as<SelectorNode>(*node)->matchers;
}

Expr::Expr(std::shared_ptr<const Node> root, std::string text)
    : root_(std::move(root)), text_(std::move(text)) {}

ValueType Expr::type() const {
  return root_->type;
}

std::string_view name_of(ValueType type) {
  switch (type) {
    case ValueType::scalar:
      return "scalar";
    case ValueType::vector:
      return "vector";
    case ValueType::matrix:
      return "matrix";
    case ValueType::string:
      return "string";
  }
  return "";
}

}  // namespace vigie::promql
