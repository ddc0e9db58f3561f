#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "base/time.h"
#include "model/labels.h"
#include "model/sample.h"
#include "tsdb/fwd.h"
#include "tsdb/matcher.h"
#include "tsdb/series_set.h"

namespace vigie::tsdb {

struct StoreOptions {
  std::string dir;  ///< Made when missing.
  Millis retention = std::chrono::days{15};
  uint64_t log_segment_max = 8ULL << 20;  ///< Bytes, or 512 a series if more; then
                                          ///< the head is written out as chunks.
  uint64_t series_max = 5'000'000;        ///< More are refused and counted.
  Disk* disk = nullptr;                   ///< nullptr: the machine's.
  /// Samples later than `ahead_max` from now are refused: one of next year would make all honest
  /// ones of its series too old. nullptr: any time is taken.
  const Clock* clock = nullptr;
  Millis ahead_max = 10min;
};

/// What became of a batch.
struct Appended {
  size_t stored = 0;
  size_t repeated = 0;      ///< Same time and value as the newest: ignored.
  size_t out_of_order = 0;  ///< Older than the newest of its series: refused.
  size_t conflicting = 0;   ///< Same time as the newest, other value: refused.
  size_t over_limit = 0;    ///< A new series beyond series_max: refused.
  size_t too_early = 0;     ///< Of a time that is yet to come: refused.
  size_t refused() const { return out_of_order + conflicting + over_limit + too_early; }
};

/// A series by number, valid until it is pruned; a number is never given twice.
struct SeriesRef {
  uint64_t id = 0;
  auto operator<=>(const SeriesRef&) const = default;
};

/// One sample of a resolved series.
struct RefSample {
  SeriesRef ref;
  WallTime at;
  double value = 0;
};

struct StoreStats {
  uint64_t series = 0;
  uint64_t samples = 0;  ///< Held, by count.
  uint64_t bytes_on_disk = 0;
  uint64_t log_bytes = 0;
  uint64_t chunks = 0;
  uint64_t out_of_order = 0;  ///< Since the start, as the next three.
  uint64_t conflicting = 0;
  uint64_t appended = 0;
  uint64_t log_bytes_cut = 0;  ///< Torn tail dropped at recovery.
  WallTime oldest{}, newest{};
  std::vector<std::pair<std::string, uint64_t>> series_by_metric;  ///< Largest ten.
  std::vector<std::pair<std::string, uint64_t>> values_by_label;   ///< Largest ten.
  std::vector<std::pair<std::string, uint64_t>> series_by_pair;    ///< "name=value", largest ten.
};

/// The time series store: what every scrape, probe and intake writes and every query reads.
///
/// Lives on: appends and prune on one thread (the `store` loop); everything const on any thread.
///   Inside, one shared_mutex: an append holds it only while it copies into memory, a select only
///   while it collects chunk references; decoding and disk reads happen outside.
/// Time: milliseconds since 1970; a series only moves forward.
/// Durable: append() returns when the batch is written to the log, sync() when every append before
///   it survives power loss. What was written survives kill -9 without sync(). A torn tail is cut
///   at the next open and said. Bytes on disk: docs/formats/store-log.md.
/// Limits: series_max, log_segment_max; about 0.7 KiB of memory a series. A full disk gives
///   `exhausted` and leaves the store as it was.
/// Never: changes a sample; blocks a reader on the disk; loses an acknowledged batch by half.
/// Provisional: closed chunks lie in flat chunk files, one stretch of memory for each series and
/// file; merging
///   into blocks with an index of their own and downsampling come later, behind this same door.
class Store final : public Querier {
 public:
  /// Replays the log; memory is bounded by the head. Errors: `io`, `exhausted`, `conflict` when
  /// another process holds the directory, `corrupt` when written by a newer version.
  static Result<std::unique_ptr<Store>> open(StoreOptions options);
  ~Store() override;

  /// Writes one batch as one log record and applies it: all of it is durable, or none.
  /// Refused samples are counted in the answer, not errors. Errors: `exhausted`, `io`.
  Result<Appended> append(std::span<const Sample> batch);
  /// The same for series resolved before: no labels are hashed. Unknown refs count as over_limit.
  Result<Appended> append_refs(std::span<const RefSample> batch);
  /// Finds or makes the series. Errors: `exhausted` beyond series_max.
  Result<SeriesRef> resolve(const Labels& labels);
  /// One fsync for all appends so far; the caller groups its commits.
  Status sync();
  /// Drops what lies wholly before now - retention, and rotates the log when it is full.
  Status prune(WallTime now);
  /// Writes all open chunks out and starts a fresh log, as a clean stop does.
  Status checkpoint();

  /// Called in append(), after the batch became visible, on the appending thread, outside all
  /// locks, with the metric names that got samples. Set before the first append.
  using Listener = std::function<void(const std::set<std::string>& metric_names, WallTime newest)>;
  void on_appended(Listener listener);

  Result<SeriesSet> select(const Matchers& matchers, WallTime from, WallTime to) const override;
  /// Label sets only, sorted; nothing is decoded.
  std::vector<Labels> series(const Matchers& matchers, WallTime from, WallTime to) const;
  /// Sorted. With matchers, only of the series that match.
  std::vector<std::string> label_names(const Matchers& matchers, WallTime from, WallTime to) const;
  std::vector<std::string> label_values(const std::string& name, const Matchers& matchers,
                                        WallTime from, WallTime to) const;
  bool has_metric(std::string_view name) const;
  StoreStats stats() const;

 private:
  struct Impl;
  explicit Store(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Collects samples of one scrape and writes them as one batch; remembers nothing after commit.
/// Made for one thread, the store's.
class Appender {
 public:
  explicit Appender(Store& store) : store_(store) {}
  void add(SeriesRef ref, WallTime at, double value) { refs_.push_back({ref, at, value}); }
  Status add(const Labels& labels, WallTime at, double value);
  size_t size() const { return refs_.size(); }
  Result<Appended> commit();
  void clear() { refs_.clear(); }

 private:
  Store& store_;
  std::vector<RefSample> refs_;
};

}  // namespace vigie::tsdb
