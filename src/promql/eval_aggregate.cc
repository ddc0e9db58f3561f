#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "promql/evaluation.h"
#include "promql/result_json.h"
#include "promql/statistics.h"

namespace vigie::promql {

Labels kept_labels(const Labels& labels, bool without, const std::vector<std::string>& names) {
  const auto listed = [&](const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  std::vector<Labels::Pair> kept;
  for (const Labels::Pair& pair : labels) {
    const bool keep =
        without ? pair.first != kMetricName && !listed(pair.first) : listed(pair.first);
    if (keep) { kept.push_back(pair); }
  }
  return Labels{std::move(kept)};
}

namespace {

// Each kind of fold: add() per value, result() at the end of a step's group.
struct SumFold {
  ExactSum sum;
  void add(double x) { sum.add(x); }
  double result() const { return sum.total(); }
};
struct AvgFold {
  ExactMean mean;
  void add(double x) { mean.add(x); }
  double result() const { return mean.result(); }
};
struct CountFold {
  double count = 0;
  void add(double) { count += 1; }
  double result() const { return count; }
};
struct GroupFold {
  void add(double) {}
  double result() const { return 1; }
};
template <bool kLargest>
struct EdgeFold {
  double edge = NAN;
  void add(double x) {
    if (std::isnan(edge) || (kLargest ? x > edge : x < edge)) { edge = x; }
  }
  double result() const { return edge; }
};
template <bool kRoot>
struct SpreadFold {
  Spread spread;
  void add(double x) { spread.add(x); }
  double result() const { return kRoot ? std::sqrt(spread.variance()) : spread.variance(); }
};

struct Group {
  Labels labels;
  bool drop_name = false;
  std::vector<const Column*> members;
};

Result<std::vector<Group>> groups_of(const AggregateNode& node, const Columns& columns,
                                     Evaluation& evaluation) {
  std::vector<Group> groups;
  std::unordered_map<Labels, size_t> by_labels;
  for (const Column& column : columns) {
    Labels key = kept_labels(column.labels, node.without, node.labels);
    const auto [at, fresh] = by_labels.try_emplace(key, groups.size());
    if (fresh) {
      VIGIE_CHECK(evaluation.charge(sizeof(Group) + sizeof(Labels) + 2 * bytes_of(key)));
      groups.push_back({.labels = std::move(key)});
    }
    groups[at->second].members.push_back(&column);
    groups[at->second].drop_name = groups[at->second].drop_name || column.drop_name;
  }
  return groups;
}

template <class Fold>
void fold_block(const Group& group, size_t from, size_t to, std::vector<double>& out) {
  std::vector<Fold> folds(to - from);
  std::vector<bool> seen(to - from, false);
  for (const Column* column : group.members) {
    for (size_t i = from; i < to; ++i) {
      const double v = column->values[i];
      if (is_absent(v)) { continue; }
      folds[i - from].add(v);
      seen[i - from] = true;
    }
  }
  for (size_t i = from; i < to; ++i) {
    if (seen[i - from]) { out[i] = folds[i - from].result(); }
  }
}

// A fold in the making is larger than what it gives: not all steps are in the making at once.
template <class Fold>
void fold_group(const Group& group, std::vector<double>& out) {
  constexpr size_t kBlock = 4'096;
  for (size_t from = 0; from < out.size(); from += kBlock) {
    fold_block<Fold>(group, from, std::min(from + kBlock, out.size()), out);
  }
}

void quantile_group(const Group& group, const std::vector<double>& param,
                    std::vector<double>& out) {
  std::vector<double> values;
  for (size_t i = 0; i < out.size(); ++i) {
    values.clear();
    for (const Column* column : group.members) {
      if (!is_absent(column->values[i])) { values.push_back(column->values[i]); }
    }
    if (!values.empty()) { out[i] = quantile_of(param[i], values); }
  }
}

void fold(AggregateOp op, const Group& group, const std::vector<double>& param,
          std::vector<double>& out) {
  switch (op) {
    case AggregateOp::sum:
      return fold_group<SumFold>(group, out);
    case AggregateOp::avg:
      return fold_group<AvgFold>(group, out);
    case AggregateOp::count:
      return fold_group<CountFold>(group, out);
    case AggregateOp::min:
      return fold_group<EdgeFold<false>>(group, out);
    case AggregateOp::max:
      return fold_group<EdgeFold<true>>(group, out);
    case AggregateOp::group:
      return fold_group<GroupFold>(group, out);
    case AggregateOp::stddev:
      return fold_group<SpreadFold<true>>(group, out);
    case AggregateOp::stdvar:
      return fold_group<SpreadFold<false>>(group, out);
    case AggregateOp::quantile:
      return quantile_group(group, param, out);
    default:
      BUG(false, "{} is not a fold", name_of(op));
  }
}

}  // namespace

Status Evaluation::check_param(const AggregateNode& node, std::vector<double>& param) {
  for (double& p : param) {
    if (node.op == AggregateOp::quantile) {
      if (!(p >= 0 && p <= 1)) {
        notes_.warn(at(*node.param, fmt::format("quantile value should be between 0 and 1, got {}",
                                                format_value(p))));
      }
      continue;
    }
    const bool ratio = node.op == AggregateOp::limit_ratio;
    if (std::isnan(p)) {
      return error(Code::invalid, ratio ? "Ratio value is NaN" : "Parameter value is NaN");
    }
    if (ratio && std::abs(p) > 1) {
      const double capped = p > 0 ? 1 : -1;
      notes_.warn(at(*node.param,
                     fmt::format("ratio value should be between -1 and 1, got {}, capping to {}",
                                 format_value(p), format_value(capped))));
      p = capped;
    }
  }
  return ok();
}

Result<Value> Evaluation::eval_aggregate(const AggregateNode& node, const Grid& grid) {
  if (node.op == AggregateOp::count_values) {
    const std::string& label = as<StringNode>(unwrap(*node.param))->value;
    VIGIE_TRY(const Value value, eval(*node.expr, grid));
    return eval_count_values(node, value.columns, label, grid);
  }
  std::vector<double> param;
  if (node.param) {
    VIGIE_TRY(Value value, eval(*node.param, grid));
    param = std::move(value.scalars);
    VIGIE_CHECK(check_param(node, param));
  }
  VIGIE_TRY(Value value, eval(*node.expr, grid));
  if (node.op >= AggregateOp::topk) {
    return eval_choose(node, std::move(value.columns), param, grid);
  }
  Value out{.type = ValueType::vector};
  VIGIE_TRY(std::vector<Group> groups, groups_of(node, value.columns, *this));
  for (Group& group : groups) {
    VIGIE_CHECK(check());
    VIGIE_CHECK(charge_column(group.labels, grid));
    Column column{.drop_name = group.drop_name,
                  .values = std::vector<double>(grid.count, absent_value())};
    fold(node.op, group, param, column.values);
    column.labels = std::move(group.labels);
    out.columns.push_back(std::move(column));
  }
  return out;
}

}  // namespace vigie::promql
