#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "model/sample.h"
#include "promql/promql.h"

namespace vigie::promql {

/// The instants a node is evaluated at: start, start + step, ... in milliseconds.
struct Grid {
  int64_t start = 0;
  int64_t step = 1;
  size_t count = 1;
  int64_t at(size_t i) const { return start + static_cast<int64_t>(i) * step; }
};

/// No query asks about instants further away from 1970, so that sums of lengths do not overflow.
inline constexpr int64_t kInstantMax = 100'000'000'000'000'000;

/// The mark of a step without a value. The staleness marker serves: no operation yields it,
/// because arithmetic makes every NaN a quiet one.
inline double absent_value() {
  return stale_marker();
}
inline bool is_absent(double v) {
  return is_stale(v);
}

/// One series over all steps of a grid.
struct Column {
  Labels labels;
  bool drop_name = false;  ///< __name__ goes at the very end (delayed name removal).
  std::vector<double> values;
};
using Columns = std::vector<Column>;

/// About what a label set and a series over `steps` take of memory.
uint64_t bytes_of(const Labels& labels);
uint64_t column_bytes(const Labels& labels, size_t steps);

/// What a node evaluates to over a grid: the member of its type is set.
struct Value {
  ValueType type = ValueType::vector;
  Columns columns;
  std::vector<double> scalars;  ///< One a step.
  std::string text;
};

uint64_t bytes_of(const Value& value);

/// Joins columns of equal labels whose steps do not overlap. Errors: `invalid` when they do.
Status merge_same(Columns& columns);
/// Drops columns without any value.
void drop_empty(Columns& columns);

/// Warnings and infos in the order they came up, each once.
class Notes {
 public:
  void warn(std::string text);
  void info(std::string text);
  std::vector<std::string> warnings;
  std::vector<std::string> infos;
};

}  // namespace vigie::promql
