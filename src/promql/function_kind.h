#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"
#include "promql/value.h"

namespace vigie::promql {

class Evaluation;

/// What a function over a range sees at one step of one series.
struct Window {
  std::span<const Point> points;    ///< In (start, end], stale markers removed.
  int64_t start = 0;                ///< Milliseconds, excluded.
  int64_t end = 0;                  ///< Milliseconds, included.
  int64_t at = 0;                   ///< The step's own instant.
  std::span<const double> scalars;  ///< The scalar arguments, in order.
  const Labels* labels = nullptr;
};

/// One call being evaluated: for functions that see more than one value at a time.
struct Call {
  Evaluation& evaluation;
  const Node& node;
  const CallNode& call;
  const Grid& grid;

  /// Evaluates an argument over the grid.
  Result<Value> arg(size_t i) const;
  size_t arg_count() const { return call.args.size(); }
  /// The value of a string argument.
  const std::string& text(size_t i) const;
  /// Puts the position of an argument behind the text and notes it.
  void warn(size_t i, std::string text) const;
  void info(size_t i, std::string text) const;
  /// __name__ goes, now or at the end.
  void drop_name(Column& column) const;
};

/// How a function computes; exactly one member is set.
struct Body {
  /// Of each value alone.
  double (*value)(double) = nullptr;
  /// Of each value and the scalar arguments at its step.
  double (*value_with)(double, std::span<const double>) = nullptr;
  /// Of a range; absent_value() for no result.
  double (*window)(const Window&) = nullptr;
  /// Of scalars alone.
  double (*scalar)(std::span<const double>) = nullptr;
  /// Of everything.
  Result<Value> (*whole)(const Call&) = nullptr;
};

/// One row: the parser's table and the evaluator's cannot disagree.
struct Function {
  std::string_view name;
  std::span<const ValueType> args;  ///< The last one repeats when variadic.
  uint8_t optional = 0;             ///< How many at the end may be left out.
  bool variadic = false;
  ValueType result = ValueType::vector;
  std::string_view doc;
  Body body;
  /// The result differs from step to step even when the arguments do not.
  bool moves_with_step = false;
  /// Only of windows: the series keeps its name.
  bool keeps_name = false;
  /// Only of windows: what to note about the first point of a series and the call's scalars;
  /// "" for nothing.
  std::string (*note)(const Window&) = nullptr;
  bool note_is_warning = false;
  /// Only of windows with scalars: refuses what cannot be computed at all.
  Status (*check)(std::span<const double>) = nullptr;
};

/// One file under functions/: a family of functions.
struct FunctionKind {
  std::span<const Function> rows;
};

/// Generated from the folder.
std::span<const FunctionKind* const> function_kinds();

/// nullptr when there is none of that name.
const Function* find_function(std::string_view name);
/// " (did you mean \"rate\"?)", or nothing when no name is near.
std::string suggestion_for(std::string_view name);

// Argument lists that several rows share.
inline constexpr ValueType kVector[] = {ValueType::vector};
inline constexpr ValueType kMatrix[] = {ValueType::matrix};
inline constexpr ValueType kScalar[] = {ValueType::scalar};
inline constexpr ValueType kVectorScalar[] = {ValueType::vector, ValueType::scalar};

/// The row of a function of each value alone.
constexpr Function of_each_value(std::string_view name, std::string_view doc,
                                 double (*body)(double)) {
  Function f;
  f.name = name;
  f.args = kVector;
  f.doc = doc;
  f.body.value = body;
  return f;
}

}  // namespace vigie::promql
