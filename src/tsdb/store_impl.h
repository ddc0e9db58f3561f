#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <shared_mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/disk.h"
#include "tsdb/chunk_file.h"
#include "tsdb/head.h"
#include "tsdb/log.h"
#include "tsdb/tsdb.h"

namespace vigie::tsdb {

/// Points of a chunk beyond which it is closed: two minutes at 1 s, two hours at 1 min.
inline constexpr uint32_t kChunkPoints = 120;

/// A log is worth keeping until it holds some hundred samples of each series: chunks written
/// earlier would be short, and labels are written once a file.
inline constexpr uint64_t kLogBytesPerSeries = 512;

/// The inside of the store; see the door for who may call what.
struct Store::Impl {
  // A sample on its way from the caller to the log and the head.
  struct Staged {
    Series* series;
    int64_t at;
    double value;
  };

  // Series by the number a segment gave them.
  using LoggedSeries = std::unordered_map<uint64_t, Series*>;

  explicit Impl(StoreOptions given);

  // Recovery (store_recovery.cc).
  Status recover();
  Status load_chunks(std::vector<std::string> names);
  Status load_chunk_file(const std::string& name, bool& whole);
  Status replay_log(const std::vector<std::string>& names);
  Status replay_batch(std::string_view payload, LoggedSeries& ids);

  // Appending (store_append.cc).
  Series* series_of(const Labels& labels);
  void begin_batch();
  void stage(Series* series, WallTime at, double value, Appended& counts);
  Result<Appended> commit(Appended counts);
  std::string encode_staged(std::vector<Series*>& defined) const;
  void apply(Series& series, int64_t at, double value);
  void announce();

  // Housekeeping (store_housekeeping.cc).
  Status checkpoint();
  Status write_chunks();
  Status write_series(ChunkFileWriter& out, std::map<uint64_t, Stretch>& written) const;
  void adopt(std::shared_ptr<ChunkFile> file, const std::map<uint64_t, Stretch>& written);
  Status prune(WallTime now);
  void forget_before(int64_t cutoff);

  std::string log_dir() const { return options.dir + "/log"; }
  std::string chunk_dir() const { return options.dir + "/chunks"; }

  // Constant after open.
  StoreOptions options;
  Disk& disk;
  Listener listener;

  // Owned by the appending thread.
  std::unique_ptr<FileLock> dir_lock;
  std::unique_ptr<LogWriter> log;
  std::vector<uint64_t> replayed_segments;
  uint64_t next_chunk_file = 1;
  std::vector<Staged> staged;
  uint64_t batch = 0;
  int64_t latest = INT64_MAX;  ///< Samples of this batch that are later are refused; ms.
  bool dirty = false;

  // Guarded by mutex: written by the appending thread, read by all.
  mutable std::shared_mutex mutex;
  Head head;
  std::vector<std::shared_ptr<ChunkFile>> files;
  StoreStats counted;
};

}  // namespace vigie::tsdb
