#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "base/utf8.h"
#include "promql/evaluation.h"
#include "promql/result_json.h"

namespace vigie::promql {

namespace {

// Columns of one group, in their own order.
struct Members {
  std::vector<size_t> columns;
};

std::vector<Members> members_of(const AggregateNode& node, const Columns& columns) {
  std::vector<Members> groups;
  std::unordered_map<Labels, size_t> by_labels;
  for (size_t k = 0; k < columns.size(); ++k) {
    Labels key = kept_labels(columns[k].labels, node.without, node.labels);
    const auto [at, fresh] = by_labels.try_emplace(std::move(key), groups.size());
    if (fresh) { groups.emplace_back(); }
    groups[at->second].columns.push_back(k);
  }
  return groups;
}

// Whether the k-th largest (smallest) comes before another; NaN always last.
bool before(double a, double b, bool largest) {
  if (std::isnan(a)) { return false; }
  if (std::isnan(b)) { return true; }
  return largest ? a > b : a < b;
}

// A position in [0, 1) that depends on the labels alone, so that both halves of a split agree.
double position(const Labels& labels) {
  return static_cast<double>(labels.hash() >> 11) / 9007199254740992.0;
}

bool in_ratio(double at, double ratio) {
  return ratio >= 0 ? at < ratio : at >= 1 + ratio;
}

// Sorts and cuts the members that have a value at this step.
void choose(AggregateOp op, const Columns& columns, std::vector<size_t>& present, size_t step,
            double param) {
  if (op == AggregateOp::limit_ratio) {
    std::erase_if(present, [&](size_t k) { return !in_ratio(position(columns[k].labels), param); });
    return;
  }
  const auto most = static_cast<double>(present.size());
  const auto k = param < 1 ? size_t{0} : static_cast<size_t>(std::min(std::trunc(param), most));
  if (op != AggregateOp::limitk) {
    const bool largest = op == AggregateOp::topk;
    std::stable_sort(present.begin(), present.end(), [&](size_t a, size_t b) {
      return before(columns[a].values[step], columns[b].values[step], largest);
    });
  }
  present.resize(k);
}

std::string go_quoted(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    out += byte < 0x20 || byte >= 0x7F ? fmt::format("\\x{:02x}", byte) : std::string(1, c);
  }
  return out + "\"";
}

}  // namespace

Result<Value> Evaluation::eval_choose(const AggregateNode& node, Columns columns,
                                      const std::vector<double>& param, const Grid& grid) {
  VIGIE_CHECK(charge(columns.size() * (sizeof(std::vector<bool>) + grid.count / 8)));
  std::vector<std::vector<bool>> chosen(columns.size(), std::vector<bool>(grid.count, false));
  // The order of an instant query's answer is the order of the choice.
  std::vector<size_t> order;
  for (const Members& group : members_of(node, columns)) {
    VIGIE_CHECK(check());
    std::vector<size_t> present;
    for (size_t i = 0; i < grid.count; ++i) {
      VIGIE_CHECK(check_at(i));
      present.clear();
      for (const size_t k : group.columns) {
        if (!is_absent(columns[k].values[i])) { present.push_back(k); }
      }
      choose(node.op, columns, present, i, param[i]);
      for (const size_t k : present) { chosen[k][i] = true; }
      if (grid.count == 1) { order.insert(order.end(), present.begin(), present.end()); }
    }
  }
  if (grid.count > 1) {
    for (size_t k = 0; k < columns.size(); ++k) { order.push_back(k); }
  }
  Value out{.type = ValueType::vector};
  for (const size_t k : order) {
    for (size_t i = 0; i < grid.count; ++i) {
      if (!chosen[k][i]) { columns[k].values[i] = absent_value(); }
    }
    out.columns.push_back(std::move(columns[k]));
  }
  drop_empty(out.columns);
  return out;
}

Result<Value> Evaluation::eval_count_values(const AggregateNode& node, const Columns& columns,
                                            const std::string& label, const Grid& grid) {
  if (label.empty() || !is_utf8(label)) {
    return error(Code::invalid, fmt::format("invalid label name {}", go_quoted(label)));
  }
  Value out{.type = ValueType::vector};
  std::unordered_map<Labels, size_t> by_labels;
  for (const Column& column : columns) {
    const Labels base = kept_labels(column.labels, node.without, node.labels);
    for (size_t i = 0; i < grid.count; ++i) {
      VIGIE_CHECK(check_at(i));
      if (is_absent(column.values[i])) { continue; }
      Labels key = base;
      key.set(label, format_value(column.values[i]));
      const auto [at, fresh] = by_labels.try_emplace(key, out.columns.size());
      if (fresh) {
        // Twice the labels: they are also the key.
        VIGIE_CHECK(charge(column_bytes(key, grid.count) + sizeof(Labels) + bytes_of(key)));
        out.columns.push_back(
            {.labels = std::move(key), .values = std::vector<double>(grid.count, absent_value())});
      }
      double& count = out.columns[at->second].values[i];
      count = is_absent(count) ? 1 : count + 1;
    }
  }
  return out;
}

}  // namespace vigie::promql
