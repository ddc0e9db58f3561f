#include <fmt/core.h>

#include <algorithm>
#include <unordered_map>

#include "promql/evaluation.h"

namespace vigie::promql {

namespace {

// Columns by the labels they are matched on.
using Groups = std::unordered_map<Labels, std::vector<size_t>>;

Labels signature_of(const Labels& labels, const Matching& matching) {
  return kept_labels(labels, !matching.on, matching.labels);
}

Groups group(const Columns& columns, const Matching& matching) {
  Groups groups;
  for (size_t i = 0; i < columns.size(); ++i) {
    groups[signature_of(columns[i].labels, matching)].push_back(i);
  }
  return groups;
}

// Where any of the columns has a value.
std::vector<bool> presence(const Columns& columns, const std::vector<size_t>& which, size_t steps) {
  std::vector<bool> any(steps, false);
  for (const size_t k : which) {
    for (size_t i = 0; i < steps; ++i) {
      if (!is_absent(columns[k].values[i])) { any[i] = true; }
    }
  }
  return any;
}

void keep_where(Column& column, const std::vector<bool>& mask, bool wanted) {
  for (size_t i = 0; i < mask.size(); ++i) {
    if (mask[i] != wanted) { column.values[i] = absent_value(); }
  }
}

// The "one" side of a match may have one column a step.
Status check_unique(const Columns& one, const std::vector<size_t>& which,
                    const std::vector<bool>& needed, const Labels& signature,
                    std::string_view side) {
  if (which.size() < 2) { return ok(); }
  for (size_t i = 0; i < needed.size(); ++i) {
    if (!needed[i]) { continue; }
    const Column* first = nullptr;
    for (const size_t k : which) {
      if (is_absent(one[k].values[i])) { continue; }
      if (first != nullptr) {
        return error(
            Code::invalid,
            fmt::format("found duplicate series for the match group {} on the {} "
                        "hand-side of the operation: [{}, {}];many-to-many matching not "
                        "allowed: matching labels must be unique on one side",
                        signature.text(), side, one[k].labels.text(), first->labels.text()));
      }
      first = &one[k];
    }
  }
  return ok();
}

// Labels of the result of many's and one's column.
Labels result_labels(const BinaryNode& node, const Labels& many, const Labels& one,
                     bool drops_name) {
  Labels out = many;
  if (drops_name) { out.erase(kMetricName); }
  const Matching& matching = node.matching;
  if (matching.cardinality == Cardinality::one_to_one) {
    if (matching.on) {
      Labels kept;
      for (const std::string& name : matching.labels) { kept.set(name, out.get(name)); }
      return kept;
    }
    for (const std::string& name : matching.labels) { out.erase(name); }
    return out;
  }
  for (const std::string& name : matching.include) { out.set(name, one.get(name)); }
  return out;
}

}  // namespace

Result<Value> Evaluation::eval_set(const BinaryNode& node, Columns left, Columns right,
                                   const Grid& grid) {
  const bool is_or = node.op == BinaryOp::op_or;
  const Groups left_groups = group(left, node.matching);
  const Groups right_groups = group(right, node.matching);
  Value out{.type = ValueType::vector};
  if (is_or) {
    for (const auto& [signature, which] : right_groups) {
      const auto twin = left_groups.find(signature);
      if (twin == left_groups.end()) { continue; }
      const std::vector<bool> mask = presence(left, twin->second, grid.count);
      for (const size_t k : which) { keep_where(right[k], mask, false); }
    }
    out.columns = std::move(left);
    std::move(right.begin(), right.end(), std::back_inserter(out.columns));
  } else {
    for (const auto& [signature, which] : left_groups) {
      const auto twin = right_groups.find(signature);
      const std::vector<bool> mask = twin == right_groups.end()
                                         ? std::vector<bool>(grid.count, false)
                                         : presence(right, twin->second, grid.count);
      for (const size_t k : which) { keep_where(left[k], mask, node.op == BinaryOp::op_and); }
    }
    out.columns = std::move(left);
  }
  drop_empty(out.columns);
  VIGIE_CHECK(merge_same(out.columns));
  return out;
}

Column Evaluation::pair_up(const BinaryNode& node, const Column& left, const Column& right) const {
  const bool swapped = node.matching.cardinality == Cardinality::one_to_many;
  const bool filters = is_comparison(node.op) && !node.returns_bool;
  const Column& many = swapped ? right : left;
  const Column& one = swapped ? left : right;
  const bool delayed = options_.delayed_name_removal;
  Column column{.drop_name = filters ? many.drop_name : delayed};
  column.labels = result_labels(node, many.labels, one.labels, !filters && !delayed);
  column.values.assign(left.values.size(), absent_value());
  for (size_t i = 0; i < left.values.size(); ++i) {
    const double a = left.values[i];
    const double b = right.values[i];
    if (is_absent(a) || is_absent(b)) { continue; }
    const double result = apply(node.op, a, b);
    if (!filters) {
      column.values[i] = result;
    } else if (result != 0) {
      column.values[i] = a;
    }
  }
  return column;
}

Result<Value> Evaluation::eval_matched(const BinaryNode& node, Columns left, Columns right,
                                       const Grid& grid) {
  const bool swapped = node.matching.cardinality == Cardinality::one_to_many;
  const Columns& many = swapped ? right : left;
  const Columns& one = swapped ? left : right;
  const Groups many_groups = group(many, node.matching);
  const Groups one_groups = group(one, node.matching);
  std::vector<size_t> all_many(many.size());
  for (size_t k = 0; k < many.size(); ++k) { all_many[k] = k; }
  const std::vector<bool> needed = presence(many, all_many, grid.count);
  Value out{.type = ValueType::vector};
  for (const auto& [signature, ones] : one_groups) {
    VIGIE_CHECK(check_unique(one, ones, needed, signature, swapped ? "left" : "right"));
  }
  // In the order of the many side, so that answers do not depend on hashing.
  for (size_t m = 0; m < many.size(); ++m) {
    const Labels signature = signature_of(many[m].labels, node.matching);
    const auto ones = one_groups.find(signature);
    if (ones == one_groups.end()) { continue; }
    // Two of the many side may not match the same one, unless that was asked for.
    const auto& siblings = many_groups.at(signature);
    if (node.matching.cardinality == Cardinality::one_to_one && siblings.front() == m &&
        siblings.size() > 1) {
      const std::vector<bool> matched = presence(one, ones->second, grid.count);
      if (!check_unique(many, siblings, matched, signature, "left")) {
        return error(Code::invalid,
                     "multiple matches for labels: many-to-one matching must be explicit "
                     "(group_left/group_right)");
      }
    }
    for (const size_t o : ones->second) {
      VIGIE_CHECK(charge_column(many[m].labels, grid));
      out.columns.push_back(pair_up(node, left[swapped ? o : m], right[swapped ? m : o]));
    }
  }
  drop_empty(out.columns);
  if (Status merged = merge_same(out.columns); !merged) {
    return error(Code::invalid,
                 "multiple matches for labels: grouping labels must ensure unique "
                 "matches");
  }
  return out;
}

}  // namespace vigie::promql
