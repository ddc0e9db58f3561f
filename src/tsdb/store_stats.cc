#include <algorithm>
#include <mutex>

#include "tsdb/store_impl.h"

namespace vigie::tsdb {

namespace {

using Ranking = std::vector<std::pair<std::string, uint64_t>>;
constexpr size_t kTop = 10;

void keep_top(Ranking& ranking) {
  const auto larger = [](const auto& a, const auto& b) {
    return a.second != b.second ? a.second > b.second : a.first < b.first;
  };
  const size_t kept = std::min(ranking.size(), kTop);
  std::partial_sort(ranking.begin(), ranking.begin() + static_cast<ptrdiff_t>(kept), ranking.end(),
                    larger);
  ranking.resize(kept);
}

int64_t oldest_of(const Series& series) {
  int64_t oldest = series.open.count() > 0 ? series.open.first() : INT64_MAX;
  if (!series.closed.empty()) { oldest = std::min(oldest, series.closed.front()->first); }
  if (!series.stored.empty()) { oldest = std::min(oldest, series.stored.front().stretch.first); }
  return oldest;
}

}  // namespace

StoreStats Store::stats() const {
  const std::shared_lock hold(impl_->mutex);
  StoreStats stats = impl_->counted;
  stats.series = impl_->head.size();
  stats.chunks = 0;
  stats.bytes_on_disk = stats.log_bytes;
  for (const auto& file : impl_->files) { stats.bytes_on_disk += file->size(); }
  int64_t oldest = INT64_MAX;
  for (const auto& [id, series] : impl_->head.all()) {
    oldest = std::min(oldest, oldest_of(*series));
    stats.chunks += series->stored.size() + series->closed.size() + (series->open.count() > 0);
  }
  if (oldest != INT64_MAX) { stats.oldest = wall_from_millis(oldest); }
  for (const auto& [name, values] : impl_->head.index()) {
    stats.values_by_label.emplace_back(name, values.size());
    for (const auto& [value, ids] : values) {
      if (name == kMetricName) { stats.series_by_metric.emplace_back(value, ids.size()); }
      stats.series_by_pair.emplace_back(name + "=" + value, ids.size());
    }
  }
  keep_top(stats.values_by_label);
  keep_top(stats.series_by_metric);
  keep_top(stats.series_by_pair);
  return stats;
}

}  // namespace vigie::tsdb
