#include "tsdb/testing/memory_store.h"

namespace vigie::tsdb {

namespace {

class Copied final : public PointSource {
 public:
  explicit Copied(std::vector<Point> points) : points_(std::move(points)) {}
  Status read(WallTime from, WallTime to, std::vector<Point>& out) const override {
    for (const Point& p : points_) {
      if (p.at >= from && p.at <= to) { out.push_back(p); }
    }
    return ok();
  }

 private:
  std::vector<Point> points_;
};

}  // namespace

void MemoryStore::add(const Labels& labels, WallTime at, double value) {
  series_[labels].push_back({at, value});
}

Result<SeriesSet> MemoryStore::select(const Matchers& matchers, WallTime from, WallTime to) const {
  std::vector<SeriesView> found;
  for (const auto& [labels, points] : series_) {
    if (points.empty() || points.front().at > to || points.back().at < from) { continue; }
    if (!all_match(matchers, labels)) { continue; }
    found.emplace_back(labels, std::make_shared<Copied>(points));
  }
  return SeriesSet{std::move(found)};
}

}  // namespace vigie::tsdb
