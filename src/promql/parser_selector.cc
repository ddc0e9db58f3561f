#include <fmt/core.h>

#include <algorithm>

#include "promql/parser.h"

namespace vigie::promql {

using tsdb::Matcher;
using tsdb::MatchOp;

Result<NodePtr> Parser::selector(std::optional<Token> name) {
  const size_t begin = name ? name->begin : token_.begin;
  SelectorNode node;
  if (name) {
    node.name = name->raw;
    node.matchers.push_back(Matcher::equal(std::string(kMetricName), node.name));
  }
  if (token_.is("{")) { VIGIE_CHECK(braces(node)); }
  NodePtr whole = make(begin);
  whole->type = ValueType::vector;
  whole->body = std::move(node);
  VIGIE_CHECK(check_selector(*whole));
  return whole;
}

Status Parser::braces(SelectorNode& node) {
  VIGIE_CHECK(advance());
  while (!token_.is("}")) {
    VIGIE_CHECK(matcher(node));
    if (token_.is("}")) { break; }
    VIGIE_CHECK(expect(",", "label matching"));
  }
  return advance();
}

Status Parser::matcher(SelectorNode& node) {
  const bool quoted = token_.kind == TokenKind::text;
  const bool plain =
      token_.kind == TokenKind::ident && token_.raw.find(':') == std::string_view::npos;
  if (!quoted && !plain) { return unexpected("in label matching, expected identifier or \"}\""); }
  std::string name = quoted ? token_.text : std::string(token_.raw);
  const size_t begin = token_.begin;
  VIGIE_CHECK(advance());
  if (quoted && (token_.is(",") || token_.is("}"))) {
    // {"a name"}: a quoted metric name.
    // Also behind a matcher of __name__, and behind {""}, whose name is empty.
    const auto named = std::find_if(node.matchers.begin(), node.matchers.end(),
                                    [](const Matcher& m) { return m.name() == kMetricName; });
    if (named != node.matchers.end()) {
      return fail(begin, fmt::format("metric name must not be set twice: \"{}\" or \"{}\"",
                                     named->value(), name));
    }
    node.name = name;
    node.matchers.push_back(Matcher::equal(std::string(kMetricName), std::move(name)));
    return ok();
  }
  MatchOp op{};
  if (token_.is("=")) {
    op = MatchOp::equal;
  } else if (token_.is("!=")) {
    op = MatchOp::not_equal;
  } else if (token_.is("=~")) {
    op = MatchOp::regex;
  } else if (token_.is("!~")) {
    op = MatchOp::not_regex;
  } else {
    return unexpected("in label matching, expected label matching operator");
  }
  VIGIE_CHECK(advance());
  if (token_.kind != TokenKind::text) { return unexpected("in label matching, expected string"); }
  if (name == kMetricName && !node.name.empty()) {
    return fail(begin, fmt::format("metric name must not be set twice: \"{}\" or \"{}\"", node.name,
                                   token_.text));
  }
  auto made = Matcher::make(op, std::move(name), token_.text);
  if (!made) { return fail(token_.begin, made.error().what); }
  node.matchers.push_back(std::move(*made));
  return advance();
}

Status Parser::check_selector(const Node& whole) const {
  const auto& matchers = as<SelectorNode>(whole)->matchers;
  if (std::all_of(matchers.begin(), matchers.end(),
                  [](const Matcher& m) { return m.matches_empty(); })) {
    return fail(whole.begin, "vector selector must contain at least one non-empty matcher");
  }
  return ok();
}

}  // namespace vigie::promql
