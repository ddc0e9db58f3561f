#include <algorithm>
#include <cmath>

#include "promql/evaluation.h"

namespace vigie::promql {

namespace {

constexpr Millis kPieceLongest = 24h * 365 * 1'000;

size_t present(const Column& column) {
  return static_cast<size_t>(std::count_if(column.values.begin(), column.values.end(),
                                           [](double v) { return !is_absent(v); }));
}

}  // namespace

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
  uint64_t held = 0;
  for (const tsdb::SeriesView& series : set) {
    VIGIE_CHECK(read(series, from, to, points, held));
    if (points.empty()) { continue; }
    VIGIE_CHECK(charge_column(series.labels(), grid));
    Column column{.labels = series.labels(),
                  .values = std::vector<double>(grid.count, absent_value())};
    bool any = false;
    size_t next = 0;
    for (size_t i = 0; i < grid.count; ++i) {
      VIGIE_CHECK(check_at(i));
      const int64_t at = window_end(frame, grid.at(i));
      while (next < points.size() && to_millis(points[next].at) <= at) { ++next; }
      if (next == 0) { continue; }
      const Point& newest = points[next - 1];
      // The lookback is open on the left: a sample of exactly its age no longer counts.
      if (to_millis(newest.at) <= at - lookback_ || is_stale(newest.value)) { continue; }
      column.values[i] = times ? to_seconds(newest.at) : newest.value;
      any = true;
    }
    if (any) {
      columns.push_back(std::move(column));
    } else {
      release(column_bytes(series.labels(), grid.count));
    }
  }
  release(held);
  return columns;
}

// Empties `points` and counts what they take when `count` are put in.
Status Evaluation::make_room(size_t count, std::vector<Point>& points, uint64_t& held) {
  points.clear();
  if (count <= points.capacity()) { return ok(); }
  release(held);
  points = {};
  held = count * sizeof(Point);
  VIGIE_CHECK(charge(held));
  points.reserve(count);
  return ok();
}

// Reads one series into a buffer that is used for one after the other. `held` is what was charged
// for the buffer. It is read in pieces, because how much there is of it is known only afterwards.
Status Evaluation::read(const tsdb::SeriesView& series, WallTime from, WallTime to,
                        std::vector<Point>& out, uint64_t& held) {
  constexpr size_t kPieceMin = 100'000;
  constexpr size_t kPieceMax = 1'000'000;
  out.clear();
  Millis piece = 24h;
  while (from <= to) {
    VIGIE_CHECK(check());
    const WallTime until = std::min(to, from + (piece - 1ms));
    const size_t before = out.size();
    VIGIE_CHECK(series.read(from, until, out));
    const size_t found = out.size() - before;
    if (const uint64_t taken = out.capacity() * sizeof(Point); taken > held) {
      VIGIE_CHECK(charge(taken - held));
      held = taken;
    }
    if (found < kPieceMin) { piece = std::min<Millis>(piece * 2, kPieceLongest); }
    if (found > kPieceMax) { piece = std::max<Millis>(piece / 2, 1s); }
    from = until + 1ms;
  }
  samples_read_ += out.size();
  return ok();
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
  uint64_t held = 0;
  for (const tsdb::SeriesView& series : set) {
    VIGIE_CHECK(read(series, from, to, ranged.points, held));
    std::erase_if(ranged.points, [](const Point& p) { return is_stale(p.value); });
    if (ranged.points.empty()) { continue; }
    ranged.labels = series.labels();
    ranged.drop_name = false;
    VIGIE_CHECK(take(ranged));
  }
  release(held);
  return ok();
}

// The instants at which a subquery asks its inner expression; none when count is 0.
Result<Grid> Evaluation::inner_grid(const SubqueryNode& node, const Frame& frame,
                                    const Grid& grid) const {
  int64_t step = millis_of(node.step);
  if (step <= 0) { step = options_.subquery_step.count(); }
  const auto [first, last] = reach(frame, grid);
  // The steps of a subquery lie on multiples of its step, whatever the outer steps are.
  const int64_t open = first - frame.range;
  // Ranges and offsets add up when subqueries are nested.
  if (open < -kInstantMax || last > kInstantMax) {
    return error(Code::invalid, "the range of a subquery is out of bounds");
  }
  int64_t start = open / step * step;
  while (start <= open) { start += step; }
  while (start - step > open) { start -= step; }
  if (start > last) { return Grid{start, step, 0}; }
  const Grid inner{start, step, static_cast<size_t>((last - start) / step) + 1};
  if (inner.count > options_.samples_max) {
    return error(Code::exhausted, too_many_steps(inner.count, options_.samples_max));
  }
  return inner;
}

Status Evaluation::ranged_subquery(const SubqueryNode& node, const Grid& grid,
                                   const TakeRanged& take) {
  const Frame frame{&node.shift, millis_of(node.range), millis_of(node.shift.offset)};
  VIGIE_TRY(const Grid inner, inner_grid(node, frame, grid));
  if (inner.count == 0) { return ok(); }
  VIGIE_TRY(Value value, eval(*node.expr, inner));
  Ranged ranged;
  uint64_t held = 0;
  for (Column& column : value.columns) {
    VIGIE_CHECK(check());
    VIGIE_CHECK(make_room(present(column), ranged.points, held));
    for (size_t i = 0; i < inner.count; ++i) {
      if (is_absent(column.values[i])) { continue; }
      ranged.points.push_back({wall_from_millis(inner.at(i)), column.values[i]});
    }
    // Its cells are not needed any more; what they are made into may be large.
    release(inner.count * sizeof(double));
    column.values = {};
    if (ranged.points.empty()) { continue; }
    ranged.labels = std::move(column.labels);
    ranged.drop_name = column.drop_name;
    VIGIE_CHECK(take(ranged));
  }
  release(held);
  return ok();
}

}  // namespace vigie::promql
