#include <algorithm>
#include <cmath>

#include "promql/evaluation.h"

namespace vigie::promql {

Evaluation::Frame Evaluation::frame_of(const Node& matrix) const {
  const Node& node = unwrap(matrix);
  if (const auto* range = as<RangeNode>(node)) {
    const Shift& shift = as<SelectorNode>(*range->selector)->shift;
    return {&shift, millis_of(range->range), millis_of(shift.offset)};
  }
  const auto& subquery = *as<SubqueryNode>(node);
  return {&subquery.shift, millis_of(subquery.range), millis_of(subquery.shift.offset)};
}

int64_t Evaluation::window_end(const Frame& frame, int64_t at) const {
  return anchor_of(*frame.shift, at) - frame.offset;
}

// First and last instant that any step of the grid looks at, before ranges.
std::pair<int64_t, int64_t> Evaluation::reach(const Frame& frame, const Grid& grid) const {
  const int64_t first = window_end(frame, grid.start);
  const int64_t last = window_end(frame, grid.at(grid.count - 1));
  return {std::min(first, last), std::max(first, last)};
}

Result<Value> Evaluation::eval_selector(const SelectorNode& node, const Grid& grid) {
  VIGIE_TRY(Columns columns, step_through(node, grid, false));
  return Value{.type = ValueType::vector, .columns = std::move(columns)};
}

Result<Columns> Evaluation::sample_times(const SelectorNode& node, const Grid& grid) {
  return step_through(node, grid, true);
}

Result<Columns> Evaluation::step_through(const SelectorNode& node, const Grid& grid, bool times) {
  const Frame frame{&node.shift, 0, millis_of(node.shift.offset)};
  const auto [first, last] = reach(frame, grid);
  const WallTime from = wall_from_millis(first - lookback_ + 1);
  const WallTime to = wall_from_millis(last);
  VIGIE_TRY(const tsdb::SeriesSet set, querier_.select(node.matchers, from, to));
  Columns columns;
  std::vector<Point> points;
  for (const tsdb::SeriesView& series : set) {
    VIGIE_CHECK(check());
    points.clear();
    VIGIE_CHECK(series.read(from, to, points));
    samples_read_ += points.size();
    VIGIE_CHECK(charge(points.size()));
    Column column{.labels = series.labels(),
                  .values = std::vector<double>(grid.count, absent_value())};
    bool any = false;
    size_t next = 0;
    for (size_t i = 0; i < grid.count; ++i) {
      const int64_t at = window_end(frame, grid.at(i));
      while (next < points.size() && to_millis(points[next].at) <= at) { ++next; }
      if (next == 0) { continue; }
      const Point& newest = points[next - 1];
      // The lookback is open on the left: a sample of exactly its age no longer counts.
      if (to_millis(newest.at) <= at - lookback_ || is_stale(newest.value)) { continue; }
      column.values[i] = times ? to_seconds(newest.at) : newest.value;
      any = true;
    }
    release(points.size());
    if (!any) { continue; }
    VIGIE_CHECK(charge(grid.count));
    columns.push_back(std::move(column));
  }
  return columns;
}

Status Evaluation::each_ranged(const Node& node, const Grid& grid, const TakeRanged& take) {
  const Node& matrix = unwrap(node);
  if (const auto* range = as<RangeNode>(matrix)) { return ranged_selector(*range, grid, take); }
  return ranged_subquery(*as<SubqueryNode>(matrix), grid, take);
}

Status Evaluation::ranged_selector(const RangeNode& node, const Grid& grid,
                                   const TakeRanged& take) {
  const auto& selector = *as<SelectorNode>(*node.selector);
  const Frame frame{&selector.shift, millis_of(node.range), millis_of(selector.shift.offset)};
  const auto [first, last] = reach(frame, grid);
  const WallTime from = wall_from_millis(first - frame.range + 1);
  const WallTime to = wall_from_millis(last);
  VIGIE_TRY(const tsdb::SeriesSet set, querier_.select(selector.matchers, from, to));
  Ranged ranged;
  for (const tsdb::SeriesView& series : set) {
    VIGIE_CHECK(check());
    ranged.points.clear();
    VIGIE_CHECK(series.read(from, to, ranged.points));
    samples_read_ += ranged.points.size();
    std::erase_if(ranged.points, [](const Point& p) { return is_stale(p.value); });
    if (ranged.points.empty()) { continue; }
    const uint64_t held = ranged.points.size();
    VIGIE_CHECK(charge(held));
    ranged.labels = series.labels();
    ranged.drop_name = false;
    VIGIE_CHECK(take(ranged));
    release(held);
  }
  return ok();
}

Status Evaluation::ranged_subquery(const SubqueryNode& node, const Grid& grid,
                                   const TakeRanged& take) {
  const Frame frame{&node.shift, millis_of(node.range), millis_of(node.shift.offset)};
  int64_t step = millis_of(node.step);
  if (step <= 0) { step = options_.subquery_step.count(); }
  const auto [first, last] = reach(frame, grid);
  // The steps of a subquery lie on multiples of its step, whatever the outer steps are.
  const int64_t open = first - frame.range;
  int64_t start = open / step * step;
  while (start <= open) { start += step; }
  while (start - step > open) { start -= step; }
  if (start > last) { return ok(); }
  const Grid inner{start, step, static_cast<size_t>((last - start) / step) + 1};
  VIGIE_TRY(Value value, eval(*node.expr, inner));
  Ranged ranged;
  for (Column& column : value.columns) {
    ranged.points.clear();
    for (size_t i = 0; i < inner.count; ++i) {
      if (is_absent(column.values[i])) { continue; }
      ranged.points.push_back({wall_from_millis(inner.at(i)), column.values[i]});
    }
    if (ranged.points.empty()) { continue; }
    ranged.labels = std::move(column.labels);
    ranged.drop_name = column.drop_name;
    VIGIE_CHECK(take(ranged));
  }
  return ok();
}

}  // namespace vigie::promql
