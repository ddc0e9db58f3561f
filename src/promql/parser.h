#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"
#include "promql/lexer.h"

namespace vigie::promql {

/// Recursive descent over the tokens of one expression. Types are checked as nodes are made, so a
/// tree that exists is a tree that can be evaluated.
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), lexer_(text) {}

  Result<NodePtr> parse_all();
  /// A selector and nothing else.
  Result<NodePtr> parse_selector_only();

 private:
  // parser.cc
  Status advance();
  Status start();
  Result<Token> peek_second();
  Status expect(std::string_view symbol, std::string_view where);
  Error fail(size_t offset, std::string_view what) const;
  Error unexpected(std::string_view where) const;
  NodePtr make(size_t begin) const;
  Status enter();
  Result<NodePtr> finish(NodePtr node) const;

  // parser_binary.cc
  Result<NodePtr> binary(int least);
  Result<NodePtr> unary();
  Status matching(BinaryNode& node);
  Status grouping(BinaryNode& node);
  Status check_binary(const Node& whole, BinaryNode& node) const;

  // parser_primary.cc
  Result<NodePtr> primary();
  Result<NodePtr> word();
  Result<NodePtr> paren();
  Result<NodePtr> number();
  Result<NodePtr> call(Token name);
  Result<NodePtr> aggregate(AggregateOp op);
  Status group_labels(AggregateNode& node);
  Status check_aggregate(const Node& whole, AggregateNode& node) const;
  Result<std::vector<std::string>> label_list(std::string_view where);
  Status check_call(const Node& whole, const CallNode& node) const;

  // parser_selector.cc
  Result<NodePtr> selector(std::optional<Token> name);
  Status braces(SelectorNode& node);
  Status matcher(SelectorNode& node);
  Status check_selector(const Node& whole) const;

  // parser_postfix.cc
  Result<NodePtr> postfix(NodePtr node);
  Result<NodePtr> bracket(NodePtr node);
  Result<NodePtr> ranged(NodePtr node, Span range);
  Status offset(Node& node);
  Status at_modifier(Node& node);
  Result<Shift*> shift_of(Node& node, std::string_view what) const;
  Result<Span> span(bool whole_expression);
  Result<double> signed_number();

  std::string_view text_;
  Lexer lexer_;
  Token token_;
  std::optional<Token> second_;
  size_t last_end_ = 0;
  int depth_ = 0;
  int operators_ = 0;
};

/// "expected type X in Y, got Z" words: "instant vector", "range vector".
std::string_view long_name_of(ValueType type);

}  // namespace vigie::promql
