// Functions of classic histograms (series with `le`). Those that only read native histograms
// answer with nothing, because every sample here is a float.
#include <fmt/core.h>

#include <charconv>
#include <functional>
#include <limits>
#include <optional>
#include <unordered_map>

#include "promql/buckets.h"
#include "promql/evaluation.h"
#include "promql/function_kind.h"
#include "promql/result_json.h"

namespace vigie::promql {

namespace {

constexpr std::string_view kBound = "le";

std::optional<double> bound_of(std::string_view text) {
  if (text == "+Inf" || text == "Inf" || text == "inf" || text == "+inf") {
    return std::numeric_limits<double>::infinity();
  }
  if (!text.empty() && text.front() == '+') { text.remove_prefix(1); }
  double value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

// One histogram: its buckets' columns, and where the results go.
struct Histogram {
  Labels labels;  // Without `le`; the name still there.
  bool drop_name = false;
  std::vector<std::pair<double, const Column*>> buckets;
};

std::vector<Histogram> histograms_of(const Call& call, size_t arg, const Columns& columns) {
  std::vector<Histogram> out;
  std::unordered_map<Labels, size_t> by_labels;
  for (const Column& column : columns) {
    const std::string_view text = column.labels.get(kBound);
    const auto bound = bound_of(text);
    if (!bound) {
      call.warn(arg, fmt::format("bucket label \"le\" is missing or has a malformed value of "
                                 "\"{}\" for metric name \"{}\"",
                                 text, column.labels.get(kMetricName)));
      continue;
    }
    Labels labels = column.labels;
    labels.erase(kBound);
    const auto [at, fresh] = by_labels.try_emplace(labels, out.size());
    if (fresh) { out.push_back({.labels = std::move(labels), .drop_name = column.drop_name}); }
    out[at->second].buckets.emplace_back(*bound, &column);
  }
  return out;
}

// What to compute of the buckets of one step.
using Estimate = std::function<double(size_t step, const Buckets&)>;

Result<Column> estimate(const Call& call, size_t arg, const Histogram& histogram,
                        const Estimate& compute, bool notes_repairs) {
  VIGIE_CHECK(call.evaluation.charge_column(histogram.labels, call.grid));
  Column column{.labels = histogram.labels,
                .drop_name = histogram.drop_name,
                .values = std::vector<double>(call.grid.count, absent_value())};
  bool repaired = false;
  Buckets buckets;
  for (size_t i = 0; i < call.grid.count; ++i) {
    VIGIE_CHECK(call.evaluation.check_at(i));
    buckets.clear();
    for (const auto& [bound, of] : histogram.buckets) {
      if (!is_absent(of->values[i])) { buckets.push_back({bound, of->values[i]}); }
    }
    if (buckets.empty()) { continue; }
    column.values[i] =
        prepare(buckets, repaired) ? compute(i, buckets) : std::numeric_limits<double>::quiet_NaN();
  }
  if (repaired && notes_repairs) {
    call.info(arg, fmt::format("input to histogram_quantile needed to be fixed for monotonicity "
                               "(see https://prometheus.io/docs/prometheus/latest/querying/"
                               "functions/#histogram_quantile) for metric name \"{}\"",
                               histogram.labels.get(kMetricName)));
  }
  return column;
}

void check_quantile(const Call& call, size_t arg, const std::vector<double>& quantiles) {
  for (const double q : quantiles) {
    if (q >= 0 && q <= 1) { continue; }
    call.warn(arg,
              fmt::format("quantile value should be between 0 and 1, got {}", format_value(q)));
  }
}

Result<Value> histogram_quantile(const Call& call) {
  VIGIE_TRY(const Value q, call.arg(0));
  VIGIE_TRY(const Value value, call.arg(1));
  check_quantile(call, 0, q.scalars);
  Value out{.type = ValueType::vector};
  for (const Histogram& h : histograms_of(call, 1, value.columns)) {
    const auto compute = [&](size_t i, const Buckets& b) { return quantile_of(q.scalars[i], b); };
    VIGIE_TRY(Column column, estimate(call, 1, h, compute, true));
    call.drop_name(column);
    out.columns.push_back(std::move(column));
  }
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

// As OpenMetrics writes numbers: whole ones keep a decimal.
std::string quantile_label(double q) {
  const std::string text = format_value(q);
  return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
}

Result<Value> histogram_quantiles(const Call& call) {
  VIGIE_TRY(const Value value, call.arg(0));
  const std::string& label = call.text(1);
  const std::vector<Histogram> histograms = histograms_of(call, 0, value.columns);
  Value out{.type = ValueType::vector};
  for (size_t arg = 2; arg < call.arg_count(); ++arg) {
    VIGIE_TRY(const Value q, call.arg(arg));
    check_quantile(call, arg, q.scalars);
    for (const Histogram& h : histograms) {
      const auto compute = [&](size_t i, const Buckets& b) { return quantile_of(q.scalars[i], b); };
      VIGIE_TRY(Column column, estimate(call, 0, h, compute, true));
      if (column.labels.has(label)) {
        return error(Code::invalid, fmt::format("histogram_quantiles(): label \"{}\" is there "
                                                "already",
                                                label));
      }
      column.labels.set(label, quantile_label(q.scalars[0]));
      call.drop_name(column);
      out.columns.push_back(std::move(column));
    }
  }
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

Result<Value> histogram_fraction(const Call& call) {
  VIGIE_TRY(const Value lower, call.arg(0));
  VIGIE_TRY(const Value upper, call.arg(1));
  VIGIE_TRY(const Value value, call.arg(2));
  Value out{.type = ValueType::vector};
  for (const Histogram& h : histograms_of(call, 2, value.columns)) {
    const auto compute = [&](size_t i, const Buckets& b) {
      return fraction_of(lower.scalars[i], upper.scalars[i], b);
    };
    VIGIE_TRY(Column column, estimate(call, 2, h, compute, false));
    call.drop_name(column);
    out.columns.push_back(std::move(column));
  }
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

Result<Value> nothing(const Call& call) {
  VIGIE_CHECK(call.arg(0));
  return Value{.type = ValueType::vector};
}

constexpr ValueType kQuantileArgs[] = {ValueType::scalar, ValueType::vector};
constexpr ValueType kFractionArgs[] = {ValueType::scalar, ValueType::scalar, ValueType::vector};
constexpr ValueType kQuantilesArgs[] = {ValueType::vector, ValueType::string, ValueType::scalar};

constexpr Function native_row(std::string_view name) {
  Function f;
  f.name = name;
  f.args = kVector;
  f.doc = "Of native histograms only: nothing for floats.";
  f.body.whole = &nothing;
  return f;
}

constexpr Function kRows[] = {
    {.name = "histogram_quantile",
     .args = kQuantileArgs,
     .doc = "The quantile, 0 to 1, of a classic histogram's buckets.",
     .body = {.whole = &histogram_quantile}},
    {.name = "histogram_quantiles",
     .args = kQuantilesArgs,
     .variadic = true,
     .doc = "Several quantiles at once, each with its number in a label.",
     .body = {.whole = &histogram_quantiles}},
    {.name = "histogram_fraction",
     .args = kFractionArgs,
     .doc = "The share of observations between two bounds.",
     .body = {.whole = &histogram_fraction}},
    native_row("histogram_count"),
    native_row("histogram_sum"),
    native_row("histogram_avg"),
    native_row("histogram_stddev"),
    native_row("histogram_stdvar"),
};

}  // namespace

extern const FunctionKind histogram_function;
constinit const FunctionKind histogram_function{kRows};

}  // namespace vigie::promql
