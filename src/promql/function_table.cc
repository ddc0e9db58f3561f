#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

using Table = std::map<std::string_view, const Function*>;

const Table& table() {
  static const Table rows = [] {
    Table made;
    for (const FunctionKind* kind : function_kinds()) {
      for (const Function& f : kind->rows) { made[f.name] = &f; }
    }
    return made;
  }();
  return rows;
}

size_t distance(std::string_view a, std::string_view b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1] ? 1U : 0U)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

const Function* find_function(std::string_view name) {
  const auto found = table().find(name);
  return found == table().end() ? nullptr : found->second;
}

std::string suggestion_for(std::string_view name) {
  if (name.size() > 64) { return ""; }
  // Prometheus 3 has renamed it; rule files of before still call it so.
  if (name == "holt_winters") { return " (renamed to \"double_exponential_smoothing\")"; }
  std::string_view best;
  size_t least = 3;
  for (const auto& entry : table()) {
    const size_t d = distance(name, entry.first);
    if (d < least) {
      least = d;
      best = entry.first;
    }
  }
  return best.empty() ? "" : fmt::format(" (did you mean \"{}\"?)", best);
}

}  // namespace vigie::promql
