#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "promql/ast.h"
#include "promql/function_kind.h"
#include "promql/value.h"

namespace vigie::promql {

/// One query being evaluated. Nodes are evaluated over all steps at once: a selector is read once,
/// labels are matched once, and the steps are loops over arrays. One thread, one query.
class Evaluation {
 public:
  static constexpr size_t kStepsUnchecked = 4'096;
  /// `whole` are the steps of the query; an instant query has one, and is_range is false.
  Evaluation(const EngineOptions& options, const QueryOptions& query, const Querier& querier,
             std::string_view text, Grid whole, bool is_range);

  Result<Value> eval(const Node& node, const Grid& grid);
  /// For timestamp(): seconds of the sample that each step sees.
  Result<Columns> sample_times(const SelectorNode& node, const Grid& grid);

  /// The points of every series of a matrix node, for all steps together.
  struct Ranged {
    Labels labels;
    bool drop_name = false;
    std::vector<Point> points;
  };
  using TakeRanged = std::function<Status(Ranged&)>;
  /// Gives one series after the other to `take`.
  Status each_ranged(const Node& node, const Grid& grid, const TakeRanged& take);
  /// Calls `see` with the window of every step. `window` has labels and scalars set.
  struct Frame {
    const Shift* shift;
    int64_t range;
    int64_t offset;
  };
  Frame frame_of(const Node& matrix) const;
  /// The end of the window of one step, offset and @ applied.
  int64_t window_end(const Frame& frame, int64_t at) const;

  Notes& notes() { return notes_; }
  std::string_view text() const { return text_; }
  const Grid& whole() const { return whole_; }
  bool is_range() const { return is_range_; }
  bool delayed_names() const { return options_.delayed_name_removal; }
  /// Removes __name__, or marks it for the end.
  void drop_name(Column& column) const;
  /// "(line:column)" behind the text.
  std::string at(const Node& node, std::string what) const;
  /// Called once in a while: deadline and cancel.
  Status check();
  /// The same, from inside a loop over steps.
  Status check_at(size_t step) { return step % kStepsUnchecked == 0 ? check() : ok(); }
  /// Counts memory before it is taken. Errors: `exhausted` beyond the room of samples_max samples.
  Status charge(uint64_t bytes);
  Status charge_cells(uint64_t cells) { return charge(cells * sizeof(double)); }
  Status charge_column(const Labels& labels, const Grid& grid) {
    return charge(column_bytes(labels, grid.count));
  }
  void release(uint64_t bytes) { bytes_now_ -= bytes; }
  uint64_t samples_peak() const { return bytes_peak_ / sizeof(Point); }
  uint64_t samples_read() const { return samples_read_; }

 private:
  Result<Value> eval_node(const Node& node, const Grid& grid);
  Result<Value> broadcast(const Node& node, const Grid& grid);
  int64_t millis_of(const Span& span) const;
  int64_t anchor_of(const Shift& shift, int64_t at) const;

  // eval_selector.cc
  Result<Value> eval_selector(const SelectorNode& node, const Grid& grid);
  Result<Columns> step_through(const SelectorNode& node, const Grid& grid, bool times);
  Status read(const tsdb::SeriesView& series, WallTime from, WallTime to, std::vector<Point>& out,
              uint64_t& held);
  Status make_room(size_t count, std::vector<Point>& points, uint64_t& held);
  Result<Grid> inner_grid(const SubqueryNode& node, const Frame& frame, const Grid& grid) const;
  Status ranged_selector(const RangeNode& node, const Grid& grid, const TakeRanged& take);
  Status ranged_subquery(const SubqueryNode& node, const Grid& grid, const TakeRanged& take);
  std::pair<int64_t, int64_t> reach(const Frame& frame, const Grid& grid) const;

  // eval_call.cc
  Result<Value> eval_call(const Node& node, const CallNode& call, const Grid& grid);
  Result<Value> eval_per_value(const Node& node, const CallNode& call, const Grid& grid);
  Result<Value> eval_windows(const CallNode& call, const Grid& grid);
  Result<Value> eval_scalars(const CallNode& call, const Grid& grid);
  Result<std::vector<std::vector<double>>> scalar_args(const CallNode& call, const Grid& grid);

  // eval_binary.cc, eval_matching.cc
  Result<Value> eval_unary(const UnaryNode& node, const Grid& grid);
  Result<Value> eval_binary(const Node& whole, const BinaryNode& node, const Grid& grid);
  Result<Value> eval_vector_scalar(const BinaryNode& node, Value vector, const Value& scalar,
                                   bool scalar_left);
  Result<Value> eval_set(const BinaryNode& node, Columns left, Columns right, const Grid& grid);
  Result<Value> eval_matched(const BinaryNode& node, Columns left, Columns right, const Grid& grid);

  Column pair_up(const BinaryNode& node, const Column& left, const Column& right) const;

  // eval_aggregate.cc, eval_choose.cc
  Result<Value> eval_aggregate(const AggregateNode& node, const Grid& grid);
  Result<Value> eval_choose(const AggregateNode& node, Columns columns,
                            const std::vector<double>& param, const Grid& grid);
  Result<Value> eval_count_values(const AggregateNode& node, const Columns& columns,
                                  const std::string& label, const Grid& grid);
  Status check_param(const AggregateNode& node, std::vector<double>& param);

  const EngineOptions& options_;
  const QueryOptions& query_;
  const Querier& querier_;
  std::string_view text_;
  Grid whole_;
  bool is_range_;
  int64_t lookback_;
  std::optional<MonoTime> deadline_;
  Notes notes_;
  uint64_t bytes_now_ = 0;
  uint64_t bytes_peak_ = 0;
  uint64_t samples_read_ = 0;
};

/// What to say of a subquery that would be asked too often.
std::string too_many_steps(uint64_t steps, uint64_t max);

/// One step of an arithmetic or comparison operator; comparisons answer 1 or 0.
double apply(BinaryOp op, double a, double b);

/// The labels an aggregation or a match keeps.
Labels kept_labels(const Labels& labels, bool without, const std::vector<std::string>& names);

}  // namespace vigie::promql
