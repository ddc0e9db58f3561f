#include <cmath>
#include <limits>

#include "promql/evaluation.h"

namespace vigie::promql {

double apply(BinaryOp op, double a, double b) {
  switch (op) {
    case BinaryOp::add:
      return a + b;
    case BinaryOp::sub:
      return a - b;
    case BinaryOp::mul:
      return a * b;
    case BinaryOp::div:
      return a / b;
    case BinaryOp::mod:
      return std::fmod(a, b);
    case BinaryOp::pow:
      return std::pow(a, b);
    case BinaryOp::atan2:
      return std::atan2(a, b);
    case BinaryOp::equal:
      return a == b ? 1 : 0;
    case BinaryOp::not_equal:
      return a != b ? 1 : 0;
    case BinaryOp::less:
      return a < b ? 1 : 0;
    case BinaryOp::greater:
      return a > b ? 1 : 0;
    case BinaryOp::less_equal:
      return a <= b ? 1 : 0;
    case BinaryOp::greater_equal:
      return a >= b ? 1 : 0;
    case BinaryOp::op_and:
    case BinaryOp::op_or:
    case BinaryOp::op_unless:
      break;
  }
  return std::numeric_limits<double>::quiet_NaN();
}

Result<Value> Evaluation::eval_unary(const UnaryNode& node, const Grid& grid) {
  VIGIE_TRY(Value value, eval(*node.expr, grid));
  if (!node.negates) { return value; }
  for (double& v : value.scalars) { v = -v; }
  for (Column& column : value.columns) {
    for (double& v : column.values) {
      if (!is_absent(v)) { v = -v; }
    }
    drop_name(column);
  }
  VIGIE_CHECK(merge_same(value.columns));
  return value;
}

Result<Value> Evaluation::eval_binary(const Node&, const BinaryNode& node, const Grid& grid) {
  VIGIE_TRY(Value left, eval(*node.left, grid));
  VIGIE_TRY(Value right, eval(*node.right, grid));
  const bool left_scalar = left.type == ValueType::scalar;
  const bool right_scalar = right.type == ValueType::scalar;
  if (left_scalar && right_scalar) {
    for (size_t i = 0; i < grid.count; ++i) {
      left.scalars[i] = apply(node.op, left.scalars[i], right.scalars[i]);
    }
    return left;
  }
  if (right_scalar) { return eval_vector_scalar(node, std::move(left), right, false); }
  if (left_scalar) { return eval_vector_scalar(node, std::move(right), left, true); }
  if (is_set(node.op)) {
    return eval_set(node, std::move(left.columns), std::move(right.columns), grid);
  }
  return eval_matched(node, std::move(left.columns), std::move(right.columns), grid);
}

Result<Value> Evaluation::eval_vector_scalar(const BinaryNode& node, Value vector,
                                             const Value& scalar, bool scalar_left) {
  const bool filters = is_comparison(node.op) && !node.returns_bool;
  for (Column& column : vector.columns) {
    for (size_t i = 0; i < column.values.size(); ++i) {
      double& v = column.values[i];
      if (is_absent(v)) { continue; }
      const double s = scalar.scalars[i];
      const double result = scalar_left ? apply(node.op, s, v) : apply(node.op, v, s);
      if (!filters) {
        v = result;
      } else if (result == 0) {
        v = absent_value();
      }
    }
    if (!filters) { drop_name(column); }
  }
  drop_empty(vector.columns);
  VIGIE_CHECK(merge_same(vector.columns));
  return vector;
}

}  // namespace vigie::promql
