#include <fmt/core.h>

#include <algorithm>
#include <new>
#include <stdexcept>

#include "promql/evaluation.h"
#include "promql/result_json.h"

namespace vigie::promql {

namespace {

// What the delayed removal of names has left to the end.
Status remove_names(Columns& columns) {
  bool any = false;
  for (Column& column : columns) {
    if (!column.drop_name) { continue; }
    column.labels.erase(kMetricName);
    column.drop_name = false;
    any = true;
  }
  return any ? merge_same(columns) : ok();
}

void finish(QueryResult& result, Evaluation& evaluation) {
  result.warnings = std::move(evaluation.notes().warnings);
  result.infos = std::move(evaluation.notes().infos);
  result.samples_read = evaluation.samples_read();
  result.samples_peak = evaluation.samples_peak();
}

void sort_matrix(QueryResult& result) {
  std::sort(result.matrix.begin(), result.matrix.end(),
            [](const SeriesPoints& a, const SeriesPoints& b) { return a.labels < b.labels; });
}

// A series of an answer: its points, and the text that they become on their way to who asked.
uint64_t answer_bytes(const Labels& labels, size_t points) {
  return sizeof(SeriesPoints) + bytes_of(labels) + points * (sizeof(Point) + kTextOfPoint);
}

Status check_instant(WallTime at) {
  if (to_millis(at) >= -kInstantMax && to_millis(at) <= kInstantMax) { return ok(); }
  return error(Code::invalid, "the time of the query is out of bounds");
}

// Columns of a range query as its answer; each is let go as it is taken over.
Status take_over(Columns columns, const Grid& grid, Evaluation& evaluation, QueryResult& result) {
  for (Column& column : columns) {
    const auto count = std::count_if(column.values.begin(), column.values.end(),
                                     [](double v) { return !is_absent(v); });
    if (count == 0) { continue; }
    const auto points = static_cast<size_t>(count);
    VIGIE_CHECK(evaluation.charge(answer_bytes(column.labels, points)));
    SeriesPoints series{.labels = std::move(column.labels)};
    series.points.reserve(points);
    for (size_t i = 0; i < grid.count; ++i) {
      if (is_absent(column.values[i])) { continue; }
      series.points.push_back({wall_from_millis(grid.at(i)), column.values[i]});
    }
    evaluation.release(grid.count * sizeof(double));
    column.values = {};
    result.matrix.push_back(std::move(series));
  }
  sort_matrix(result);
  return ok();
}

// What a query was asked for has been looked at: what fails from here on fails for the data there
// are (`conflict`). The last net: what was not counted, or counted too low, ends a query and not
// the process.
template <class Query>
Result<QueryResult> evaluated(const Query& query) {
  try {
    Result<QueryResult> result = query();
    if (!result && result.error().code == Code::invalid) {
      return error(Code::conflict, result.error().what);
    }
    return result;
  } catch (const std::bad_alloc&) {
    return error(Code::exhausted, "the query needs more memory than there is");
  } catch (const std::length_error&) {
    return error(Code::exhausted, "the query needs more memory than there can be");
  }
}

// An instant query for a range vector answers with the points themselves.
Status raw_points(const Node& node, const Grid& grid, Evaluation& evaluation, QueryResult& result) {
  const auto frame = evaluation.frame_of(node);
  const int64_t end = evaluation.window_end(frame, grid.start);
  Columns names;
  VIGIE_CHECK(evaluation.each_ranged(node, grid, [&](Evaluation::Ranged& ranged) -> Status {
    VIGIE_CHECK(evaluation.charge(answer_bytes(ranged.labels, ranged.points.size())));
    SeriesPoints series{.labels = std::move(ranged.labels)};
    if (ranged.drop_name) { series.labels.erase(kMetricName); }
    series.points.reserve(ranged.points.size());
    for (const Point& p : ranged.points) {
      if (to_millis(p.at) > end - frame.range && to_millis(p.at) <= end) {
        series.points.push_back(p);
      }
    }
    if (!series.points.empty()) { result.matrix.push_back(std::move(series)); }
    return ok();
  }));
  sort_matrix(result);
  return ok();
}

}  // namespace

EngineOptions Engine::options() const {
  EngineOptions out = options_;
  out.subquery_step = Millis{subquery_step_.load()};
  return out;
}

Result<QueryResult> Engine::instant(const Expr& expr, WallTime at, const Querier& querier,
                                    const QueryOptions& query) const {
  VIGIE_CHECK(check_instant(at));
  return evaluated([&] { return answer_instant(expr, at, querier, query); });
}

Result<QueryResult> Engine::range(const Expr& expr, Range range, const Querier& querier,
                                  const QueryOptions& query) const {
  VIGIE_TRY(const Grid grid, grid_of(expr, range));
  return evaluated([&] { return answer_range(expr, grid, querier, query); });
}

// The steps of a range query, when there is an answer to it.
Result<Grid> Engine::grid_of(const Expr& expr, Range range) const {
  VIGIE_CHECK(check_instant(range.start));
  VIGIE_CHECK(check_instant(range.end));
  if (range.step <= 0ms) {
    return error(Code::invalid, "zero or negative query resolution step widths are not accepted");
  }
  if (range.end < range.start) {
    return error(Code::invalid, "end timestamp must not be before start time");
  }
  if (expr.type() != ValueType::scalar && expr.type() != ValueType::vector) {
    return error(Code::invalid, fmt::format("invalid expression type \"{}\" for range query, must "
                                            "be Scalar or instant Vector",
                                            name_of(expr.type())));
  }
  const auto count = static_cast<uint64_t>((range.end - range.start) / range.step) + 1;
  if (count > options_.points_max) {
    return error(Code::invalid,
                 fmt::format("exceeded maximum resolution of {} points per timeseries. Try "
                             "decreasing the query resolution (?step=XX)",
                             options_.points_max));
  }
  return Grid{to_millis(range.start), range.step.count(), count};
}

Result<QueryResult> Engine::answer_instant(const Expr& expr, WallTime at, const Querier& querier,
                                           const QueryOptions& query) const {
  const Grid grid{to_millis(at), 1, 1};
  const EngineOptions now = options();
  Evaluation evaluation(now, query, querier, expr.text(), grid, false);
  QueryResult result;
  result.type = expr.type();
  if (result.type == ValueType::matrix) {
    VIGIE_CHECK(raw_points(expr.root(), grid, evaluation, result));
    finish(result, evaluation);
    return result;
  }
  VIGIE_TRY(Value value, evaluation.eval(expr.root(), grid));
  VIGIE_CHECK(remove_names(value.columns));
  result.scalar = {at, value.scalars.empty() ? 0 : value.scalars[0]};
  result.text = std::move(value.text);
  for (Column& column : value.columns) {
    if (is_absent(column.values[0])) { continue; }
    result.vector.push_back({std::move(column.labels), at, column.values[0]});
  }
  finish(result, evaluation);
  return result;
}

Result<QueryResult> Engine::answer_range(const Expr& expr, const Grid& grid, const Querier& querier,
                                         const QueryOptions& query) const {
  const EngineOptions now = options();
  Evaluation evaluation(now, query, querier, expr.text(), grid, true);
  VIGIE_TRY(Value value, evaluation.eval(expr.root(), grid));
  VIGIE_CHECK(remove_names(value.columns));
  if (value.type == ValueType::scalar) {
    value.columns.push_back({.values = std::move(value.scalars)});
  }
  QueryResult result;
  result.type = ValueType::matrix;
  VIGIE_CHECK(take_over(std::move(value.columns), grid, evaluation, result));
  finish(result, evaluation);
  return result;
}

}  // namespace vigie::promql
