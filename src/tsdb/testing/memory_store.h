#pragma once

#include <map>
#include <vector>

#include "tsdb/series_set.h"

namespace vigie::tsdb {

/// A querier over a map, for tests of whoever reads series. Not thread-safe.
class MemoryStore final : public Querier {
 public:
  void add(const Labels& labels, WallTime at, double value);
  void clear() { series_.clear(); }
  Result<SeriesSet> select(const Matchers& matchers, WallTime from, WallTime to) const override;

 private:
  std::map<Labels, std::vector<Point>> series_;
};

}  // namespace vigie::tsdb
