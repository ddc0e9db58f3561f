#include <algorithm>
#include <mutex>
#include <set>

#include "tsdb/packed_labels.h"
#include "tsdb/store_impl.h"

namespace vigie::tsdb {

namespace {

// What one series held when the snapshot was taken, in time order.
class Held final : public PointSource {
 public:
  Held(const Series& series, int64_t from, int64_t to) {
    for (const Stored& s : series.stored) {
      if (s.stretch.first <= to && s.stretch.last >= from) { stored_.push_back(s); }
    }
    for (const auto& chunk : series.closed) {
      if (chunk->first <= to && chunk->last >= from) { chunks_.push_back(chunk); }
    }
    if (series.open.count() > 0 && series.open.first() <= to && series.open.last() >= from) {
      chunks_.push_back(series.open.copy());
    }
  }

  Status read(WallTime from, WallTime to, std::vector<Point>& out) const override {
    for (const Stored& s : stored_) {
      // Long ranges are read in pieces; each reads from the disk what it needs.
      if (s.stretch.last < to_millis(from) || s.stretch.first > to_millis(to)) { continue; }
      VIGIE_CHECK(s.file->read(s.stretch, to_millis(from), to_millis(to), out));
    }
    for (const auto& chunk : chunks_) {
      if (chunk->last < to_millis(from) || chunk->first > to_millis(to)) { continue; }
      VIGIE_CHECK(decode(chunk->bits, chunk->count, to_millis(from), to_millis(to), out));
    }
    return ok();
  }

 private:
  std::vector<Stored> stored_;
  std::vector<std::shared_ptr<const Chunk>> chunks_;
};

}  // namespace

Result<SeriesSet> Store::select(const Matchers& matchers, WallTime from, WallTime to) const {
  std::vector<std::pair<std::string, std::shared_ptr<const PointSource>>> found;
  {
    const std::shared_lock hold(impl_->mutex);
    for (const uint64_t id : impl_->head.match(matchers)) {
      const Series& series = *impl_->head.by_id(id);
      if (!series.has_points_in(to_millis(from), to_millis(to))) { continue; }
      found.emplace_back(series.labels,
                         std::make_shared<Held>(series, to_millis(from), to_millis(to)));
    }
  }
  std::vector<SeriesView> views;
  views.reserve(found.size());
  for (auto& [labels, source] : found) { views.emplace_back(unpack(labels), std::move(source)); }
  std::sort(views.begin(), views.end(),
            [](const SeriesView& a, const SeriesView& b) { return a.labels() < b.labels(); });
  return SeriesSet{std::move(views)};
}

std::vector<Labels> Store::series(const Matchers& matchers, WallTime from, WallTime to) const {
  std::vector<std::string> packed;
  {
    const std::shared_lock hold(impl_->mutex);
    for (const uint64_t id : impl_->head.match(matchers)) {
      const Series& series = *impl_->head.by_id(id);
      if (series.has_points_in(to_millis(from), to_millis(to))) { packed.push_back(series.labels); }
    }
  }
  std::vector<Labels> sets;
  sets.reserve(packed.size());
  for (const std::string& p : packed) { sets.push_back(unpack(p)); }
  std::sort(sets.begin(), sets.end());
  return sets;
}

std::vector<std::string> Store::label_names(const Matchers& matchers, WallTime from,
                                            WallTime to) const {
  std::set<std::string> names;
  for (const Labels& labels : series(matchers, from, to)) {
    for (const auto& pair : labels) { names.insert(pair.first); }
  }
  return {names.begin(), names.end()};
}

std::vector<std::string> Store::label_values(const std::string& name, const Matchers& matchers,
                                             WallTime from, WallTime to) const {
  std::vector<std::string> values;
  const std::shared_lock hold(impl_->mutex);
  const auto of_name = impl_->head.index().find(name);
  if (of_name == impl_->head.index().end()) { return values; }
  const Head::Ids matching = matchers.empty() ? Head::Ids{} : impl_->head.match(matchers);
  for (const auto& [value, ids] : of_name->second) {
    const bool seen = std::any_of(ids.begin(), ids.end(), [&](uint64_t id) {
      if (!matchers.empty() && !std::binary_search(matching.begin(), matching.end(), id)) {
        return false;
      }
      return impl_->head.by_id(id)->has_points_in(to_millis(from), to_millis(to));
    });
    if (seen) { values.push_back(value); }
  }
  return values;
}

bool Store::has_metric(std::string_view name) const {
  const std::shared_lock hold(impl_->mutex);
  const auto of_name = impl_->head.index().find(kMetricName);
  return of_name != impl_->head.index().end() && of_name->second.contains(name);
}

}  // namespace vigie::tsdb
