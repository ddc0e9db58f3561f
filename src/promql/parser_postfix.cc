#include <fmt/core.h>

#include <cmath>

#include "promql/function_kind.h"
#include "promql/parser.h"

namespace vigie::promql {

namespace {

// Beyond this many seconds milliseconds do not fit.
constexpr double kSecondsMax = 9'000'000'000'000.0;

// Numbers and arithmetic, with step() and range() of the query.
bool is_duration_expression(const Node& node, bool& fixed) {
  if (const auto* call = as<CallNode>(node)) {
    const std::string_view name = call->function->name;
    const bool of_query = name == "step" || name == "range";
    if (!of_query && name != "min_of" && name != "max_of") { return false; }
    if (of_query) { fixed = false; }
  } else if (as<NumberNode>(node) == nullptr && as<ParenNode>(node) == nullptr &&
             as<UnaryNode>(node) == nullptr && as<BinaryNode>(node) == nullptr) {
    return false;
  }
  for (const Node* child : children_of(node)) {
    if (!is_duration_expression(*child, fixed)) { return false; }
  }
  return true;
}

}  // namespace

Result<NodePtr> Parser::postfix(NodePtr node) {
  while (true) {
    if (token_.is("[")) {
      VIGIE_TRY(node, bracket(std::move(node)));
    } else if (token_.is_word("offset")) {
      VIGIE_CHECK(offset(*node));
    } else if (token_.is("@")) {
      VIGIE_CHECK(at_modifier(*node));
    } else {
      return node;
    }
  }
}

Result<Span> Parser::span(bool whole_expression) {
  const size_t begin = token_.begin;
  VIGIE_TRY(NodePtr node, whole_expression ? binary(4) : primary());
  bool fixed = true;
  if (node->type != ValueType::scalar || !is_duration_expression(*node, fixed)) {
    return fail(begin, "a duration or a number of seconds is needed here");
  }
  Span out;
  if (!fixed) {
    out.expr = std::move(node);
    return out;
  }
  const double seconds = eval_duration(*node, 0, 0);
  if (!(std::abs(seconds) < kSecondsMax)) { return fail(begin, "duration out of range"); }
  out.value = Millis{std::llround(seconds * 1000)};
  return out;
}

Result<NodePtr> Parser::bracket(NodePtr node) {
  const size_t open = token_.begin;
  VIGIE_CHECK(advance());
  if (token_.is("]")) { return unexpected("in range selector, expected a duration"); }
  VIGIE_TRY(Span range, span(true));
  if (!range.expr && range.value <= 0ms) {
    return fail(open + 1, "duration must be greater than 0");
  }
  if (!token_.is(":")) {
    VIGIE_CHECK(expect("]", "range selector"));
    return ranged(std::move(node), std::move(range));
  }
  VIGIE_CHECK(advance());
  SubqueryNode subquery;
  const size_t step_at = token_.begin;
  if (!token_.is("]")) {
    VIGIE_TRY(subquery.step, span(true));
    if (!subquery.step.expr && subquery.step.value <= 0ms) {
      return fail(step_at, "duration must be greater than 0");
    }
  }
  VIGIE_CHECK(expect("]", "subquery selector"));
  if (node->type != ValueType::vector) {
    return fail(node->begin,
                fmt::format("subquery is only allowed on instant vector, got {} instead",
                            long_name_of(node->type)));
  }
  NodePtr whole = make(node->begin);
  whole->type = ValueType::matrix;
  subquery.range = std::move(range);
  subquery.expr = std::move(node);
  whole->body = std::move(subquery);
  return whole;
}

Result<NodePtr> Parser::ranged(NodePtr node, Span range) {
  const auto* selector = as<SelectorNode>(*node);
  if (selector == nullptr) { return fail(node->begin, "ranges only allowed for vector selectors"); }
  if (selector->shift.has_offset) {
    return fail(node->begin, "no offset modifiers allowed before range");
  }
  if (selector->shift.anchor != Shift::Anchor::none) {
    return fail(node->begin, "no @ modifiers allowed before range");
  }
  NodePtr whole = make(node->begin);
  whole->type = ValueType::matrix;
  whole->body = RangeNode{std::move(node), std::move(range)};
  return whole;
}

Result<Shift*> Parser::shift_of(Node& node, std::string_view what) const {
  if (auto* range = std::get_if<RangeNode>(&node.body)) {
    return &std::get<SelectorNode>(range->selector->body).shift;
  }
  if (auto* selector = std::get_if<SelectorNode>(&node.body)) { return &selector->shift; }
  if (auto* subquery = std::get_if<SubqueryNode>(&node.body)) { return &subquery->shift; }
  return fail(token_.begin,
              fmt::format("{} modifier must be preceded by an instant vector selector or range "
                          "vector selector or a subquery",
                          what));
}

Status Parser::offset(Node& node) {
  VIGIE_TRY(Shift * shift, shift_of(node, "offset"));
  if (shift->has_offset) { return fail(token_.begin, "offset may not be set multiple times"); }
  VIGIE_CHECK(advance());
  const bool minus = token_.is("-");
  if (minus || token_.is("+")) { VIGIE_CHECK(advance()); }
  VIGIE_TRY(shift->offset, span(false));
  shift->has_offset = true;
  if (minus) {
    shift->offset.value = -shift->offset.value;
    if (shift->offset.expr) {
      NodePtr inner = std::move(shift->offset.expr);
      shift->offset.expr = make(inner->begin);
      shift->offset.expr->type = ValueType::scalar;
      shift->offset.expr->body = UnaryNode{.negates = true, .expr = std::move(inner)};
    }
  }
  node.end = last_end_;
  return ok();
}

Result<double> Parser::signed_number() {
  const bool minus = token_.is("-");
  if (minus || token_.is("+")) { VIGIE_CHECK(advance()); }
  double value = token_.value;
  if (token_.is_word("inf") || token_.is_word("nan")) {
    return fail(token_.begin, "timestamp out of bounds for @ modifier");
  }
  if (token_.kind != TokenKind::number && token_.kind != TokenKind::duration) {
    return unexpected("after @, expected a timestamp, start() or end()");
  }
  if (!(std::abs(value) < kSecondsMax)) {
    return fail(token_.begin, "timestamp out of bounds for @ modifier");
  }
  VIGIE_CHECK(advance());
  return minus ? -value : value;
}

Status Parser::at_modifier(Node& node) {
  VIGIE_TRY(Shift * shift, shift_of(node, "@"));
  if (shift->anchor != Shift::Anchor::none) {
    return fail(token_.begin, "@ <timestamp> may not be set multiple times");
  }
  VIGIE_CHECK(advance());
  const bool start = token_.is_word("start");
  if (start || token_.is_word("end")) {
    VIGIE_CHECK(advance());
    VIGIE_CHECK(expect("(", "@ modifier"));
    VIGIE_CHECK(expect(")", "@ modifier"));
    shift->anchor = start ? Shift::Anchor::start : Shift::Anchor::end;
  } else {
    VIGIE_TRY(const double seconds, signed_number());
    shift->anchor = Shift::Anchor::time;
    shift->anchor_ms = std::llround(seconds * 1000);
  }
  node.invariant = true;
  node.end = last_end_;
  return ok();
}

}  // namespace vigie::promql
