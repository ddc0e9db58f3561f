#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/time.h"
#include "promql/promql.h"
#include "tsdb/matcher.h"

namespace vigie::promql {

struct Function;
struct Node;
using NodePtr = std::unique_ptr<Node>;

/// A length of time in the text. `expr` is set when it depends on the query (`[step() * 2]`).
struct Span {
  Millis value{0};
  NodePtr expr;
};

/// `offset` and `@` of a selector or a subquery.
struct Shift {
  enum class Anchor : uint8_t { none, time, start, end };
  Span offset;
  bool has_offset = false;
  Anchor anchor = Anchor::none;
  int64_t anchor_ms = 0;
};

struct NumberNode {
  double value = 0;
  bool is_duration = false;
};
struct StringNode {
  std::string value;
};
struct SelectorNode {
  std::string name;  ///< As written before the braces; also among the matchers.
  tsdb::Matchers matchers;
  Shift shift;
};
/// A selector with a range: `up[5m]`. The shift lies in the selector.
struct RangeNode {
  NodePtr selector;
  Span range;
};
struct SubqueryNode {
  NodePtr expr;
  Span range;
  Span step;  ///< 0: the engine's.
  Shift shift;
};
struct CallNode {
  const Function* function = nullptr;
  std::vector<NodePtr> args;
};

enum class AggregateOp : uint8_t {
  sum,
  avg,
  count,
  min,
  max,
  group,
  stddev,
  stdvar,
  quantile,
  topk,
  bottomk,
  count_values,
  limitk,
  limit_ratio,
};
struct AggregateNode {
  AggregateOp op{};
  bool without = false;
  bool grouped = false;  ///< `by` or `without` was written.
  std::vector<std::string> labels;
  NodePtr param;
  NodePtr expr;
};

enum class BinaryOp : uint8_t {
  add,
  sub,
  mul,
  div,
  mod,
  pow,
  atan2,
  equal,
  not_equal,
  less,
  greater,
  less_equal,
  greater_equal,
  op_and,
  op_or,
  op_unless,
};
enum class Cardinality : uint8_t { one_to_one, many_to_one, one_to_many, many_to_many };
struct Matching {
  Cardinality cardinality = Cardinality::one_to_one;
  bool on = false;
  bool written = false;
  std::vector<std::string> labels;
  std::vector<std::string> include;
};
struct BinaryNode {
  BinaryOp op{};
  bool returns_bool = false;
  Matching matching;
  NodePtr left, right;
};
struct UnaryNode {
  bool negates = false;
  NodePtr expr;
};
struct ParenNode {
  NodePtr expr;
};

/// One node of a checked expression. [begin, end) are bytes of the text.
struct Node {
  size_t begin = 0;
  size_t end = 0;
  ValueType type = ValueType::vector;
  /// The value is the same at every step of a range query: everything it reads has `@`.
  bool invariant = false;
  std::variant<NumberNode, StringNode, SelectorNode, RangeNode, SubqueryNode, CallNode,
               AggregateNode, BinaryNode, UnaryNode, ParenNode>
      body;
};

template <class Body>
const Body* as(const Node& node) {
  return std::get_if<Body>(&node.body);
}

/// The node inside any parentheses.
const Node& unwrap(const Node& node);
/// The direct children, in the order of the text.
std::vector<const Node*> children_of(const Node& node);

std::string_view name_of(AggregateOp op);
bool takes_param(AggregateOp op);
std::string_view symbol_of(BinaryOp op);
bool is_comparison(BinaryOp op);
bool is_set(BinaryOp op);

/// "3:17" of a byte offset; columns count bytes from 1.
std::string position_of(std::string_view text, size_t offset);

/// Seconds of a length that may use step() and range() of the running query, in seconds.
double eval_duration(const Node& node, double step, double range);

}  // namespace vigie::promql
