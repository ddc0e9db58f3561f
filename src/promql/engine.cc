#include <fmt/core.h>

#include <algorithm>

#include "promql/evaluation.h"

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

// An instant query for a range vector answers with the points themselves.
Status raw_points(const Node& node, const Grid& grid, Evaluation& evaluation, QueryResult& result) {
  const auto frame = evaluation.frame_of(node);
  const int64_t end = evaluation.window_end(frame, grid.start);
  Columns names;
  VIGIE_CHECK(evaluation.each_ranged(node, grid, [&](Evaluation::Ranged& ranged) -> Status {
    SeriesPoints series{.labels = std::move(ranged.labels)};
    if (ranged.drop_name) { series.labels.erase(kMetricName); }
    for (const Point& p : ranged.points) {
      if (to_millis(p.at) > end - frame.range && to_millis(p.at) <= end) {
        series.points.push_back(p);
      }
    }
    VIGIE_CHECK(evaluation.charge(series.points.size()));
    if (!series.points.empty()) { result.matrix.push_back(std::move(series)); }
    return ok();
  }));
  sort_matrix(result);
  return ok();
}

}  // namespace

Result<QueryResult> Engine::instant(const Expr& expr, WallTime at, const Querier& querier,
                                    const QueryOptions& query) const {
  const Grid grid{to_millis(at), 1, 1};
  Evaluation evaluation(options_, query, querier, expr.text(), grid, false);
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

Result<QueryResult> Engine::range(const Expr& expr, Range range, const Querier& querier,
                                  const QueryOptions& query) const {
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
    return error(Code::exhausted,
                 fmt::format("exceeded maximum resolution of {} points per timeseries. Try "
                             "decreasing the query resolution (?step=XX)",
                             options_.points_max));
  }
  const Grid grid{to_millis(range.start), range.step.count(), count};
  Evaluation evaluation(options_, query, querier, expr.text(), grid, true);
  VIGIE_TRY(Value value, evaluation.eval(expr.root(), grid));
  VIGIE_CHECK(remove_names(value.columns));
  if (value.type == ValueType::scalar) {
    value.columns.push_back({.values = std::move(value.scalars)});
  }
  QueryResult result;
  result.type = ValueType::matrix;
  for (Column& column : value.columns) {
    SeriesPoints series{.labels = std::move(column.labels)};
    for (size_t i = 0; i < grid.count; ++i) {
      if (is_absent(column.values[i])) { continue; }
      series.points.push_back({wall_from_millis(grid.at(i)), column.values[i]});
    }
    if (!series.points.empty()) { result.matrix.push_back(std::move(series)); }
  }
  sort_matrix(result);
  finish(result, evaluation);
  return result;
}

}  // namespace vigie::promql
