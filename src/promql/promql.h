#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"
#include "promql/fwd.h"
#include "tsdb/matcher.h"
#include "tsdb/series_set.h"

namespace vigie::promql {

using tsdb::Matchers;
using tsdb::Point;
using tsdb::Querier;

enum class ValueType : uint8_t { scalar, vector, matrix, string };
/// "scalar", "vector", "matrix", "string": the words of Prometheus' API.
std::string_view name_of(ValueType type);

/// A parsed and checked expression; immutable, cheap to copy, any thread.
class Expr {
 public:
  explicit Expr(std::shared_ptr<const Node> root, std::string text);
  const Node& root() const { return *root_; }
  /// As it was written.
  const std::string& text() const { return text_; }
  ValueType type() const;

 private:
  std::shared_ptr<const Node> root_;
  std::string text_;
};

/// Parses Prometheus' expression language, types checked. Errors: `invalid`, "line:column: what".
Result<Expr> parse(std::string_view text);
/// A series selector alone, as the `match[]` parameter takes it.
Result<Matchers> parse_selector(std::string_view text);
/// The expression in its normal form; parsing that gives the same expression.
std::string format(const Expr& expr);

/// What an expression reads, so that rules can be evaluated when samples arrive.
struct Reads {
  std::set<std::string> metric_names;
  /// A selector without a fixed metric name: any sample may change the result.
  bool any_metric = false;
  /// The result can change with no new sample before the lookback ends: time(), ranges, offsets.
  bool moves_with_time = false;
  /// How far back from the evaluation it looks, lookback not counted.
  Millis reach{0};
  bool only_time() const { return metric_names.empty() && !any_metric; }
};
Reads reads_of(const Expr& expr);
std::set<std::string> metric_names(const Expr& expr);
/// Refuses what can never be answered: a subquery of more steps than a query may hold samples.
/// Errors: `exhausted`, "line:column: what".
Status check_size(const Expr& expr, const EngineOptions& options);
/// The matchers of every selector, in the order of the text.
std::vector<Matchers> selectors_of(const Expr& expr);

struct SeriesPoints {
  Labels labels;
  std::vector<Point> points;
};
struct VectorSample {
  Labels labels;
  WallTime at;
  double value = 0;
};

/// An answer; which member holds it is `type`'s word.
struct QueryResult {
  ValueType type = ValueType::vector;
  Point scalar;
  std::string text;                   ///< Of a string; at scalar.at.
  std::vector<VectorSample> vector;   ///< Order is the result's own (sort, topk).
  std::vector<SeriesPoints> matrix;   ///< Sorted by labels.
  std::vector<std::string> warnings;  ///< With "(line:column)" at the end.
  std::vector<std::string> infos;
  uint64_t samples_read = 0;
  uint64_t samples_peak = 0;
};

struct EngineOptions {
  Millis lookback = 5min;             ///< How old the newest sample may be.
  Millis subquery_step = 1min;        ///< For `[1h:]`.
  uint64_t samples_max = 50'000'000;  ///< Whose room (16 bytes each) one query may take at once.
  uint64_t points_max = 11'000;       ///< Steps of a range query.
  Millis timeout = 2min;              ///< Needs a clock.
  const Clock* clock = nullptr;       ///< nullptr: no timeout.
  /// Prometheus' feature of that name: __name__ goes at the end, not at each function.
  bool delayed_name_removal = false;
};

/// Of one query, over the engine's own.
struct QueryOptions {
  std::optional<Millis> lookback;
  std::optional<Millis> timeout;
  std::stop_token cancel;
};

struct Range {
  WallTime start, end;  ///< Both included.
  Millis step{0};       ///< > 0.
};

/// Evaluates expressions over immutable snapshots, with the semantics of Prometheus 3 for float
/// samples: ranges open on the left, staleness markers, UTF-8 names, annotations.
///
/// Lives on: any thread; holds no state between queries. Owned by: daemon, one.
/// Time: only the instants that are passed in; the clock is for the timeout alone.
/// Durable: nothing.
/// Limits: samples_max gives `exhausted`, points_max `invalid`, timeout `timeout`, cancel
///   `cancelled`. Memory is counted before it is taken, cells, points and labels; what the store
///   lists of series for a selector is not.
/// Never: mixes two snapshots of one selector; throws for want of memory.
/// Provisional: native histograms are not built. A sample is a float, functions that only read
///   native histograms answer with nothing. info(), `smoothed` and `anchored` are not known, and
///   `fill` of a match neither.
class Engine {
 public:
  explicit Engine(EngineOptions options = {})
      : options_(options), subquery_step_(options.subquery_step.count()) {}

  Result<QueryResult> instant(const Expr& expr, WallTime at, const Querier& querier,
                              const QueryOptions& query = {}) const;
  /// Always a matrix. Errors: `invalid` for ranges and strings, a step of 0, end before start, and
  /// more than points_max steps; of both: `conflict` when the data do not fit the expression.
  Result<QueryResult> range(const Expr& expr, Range range, const Querier& querier,
                            const QueryOptions& query = {}) const;
  EngineOptions options() const;
  /// The book's global.evaluation_interval, from the next query on; any thread.
  void set_subquery_step(Millis step) { subquery_step_ = step.count(); }

 private:
  Result<QueryResult> answer_instant(const Expr& expr, WallTime at, const Querier& querier,
                                     const QueryOptions& query) const;
  Result<QueryResult> answer_range(const Expr& expr, const Grid& grid, const Querier& querier,
                                   const QueryOptions& query) const;
  Result<Grid> grid_of(const Expr& expr, Range range) const;

  const EngineOptions options_;
  std::atomic<int64_t> subquery_step_;
};

}  // namespace vigie::promql
