#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/chunk.h"

namespace vigie::tsdb {

/// The chunks of one series in one file: where they lie and what they span.
struct Stretch {
  uint64_t offset = 0;
  uint32_t size = 0;
  uint32_t count = 0;
  int64_t first = 0;
  int64_t last = 0;
  double last_value = 0;
};

/// One immutable file of chunks. Snapshots share it; when the last one that knows a dropped file
/// goes, the file goes. The first files read stay open; further ones are opened for each read, so
/// that thousands of files do not need thousands of descriptors. Any thread.
class ChunkFile {
 public:
  ChunkFile(Disk& disk, std::string path, uint64_t size)
      : disk_(disk), path_(std::move(path)), size_(size) {}
  ~ChunkFile();
  ChunkFile(const ChunkFile&) = delete;
  ChunkFile& operator=(const ChunkFile&) = delete;

  /// Appends the points of [from, to]. Errors: `io`, `corrupt`.
  Status read(const Stretch& stretch, int64_t from, int64_t to, std::vector<Point>& out) const;
  void drop_when_unused() { dropped_ = true; }
  uint64_t size() const { return size_; }
  const std::string& path() const { return path_; }

  int64_t first = INT64_MAX;
  int64_t last = INT64_MIN;

 private:
  Result<std::shared_ptr<const AppendFile>> opened() const;

  Disk& disk_;
  std::string path_;
  uint64_t size_;
  mutable std::mutex mutex_;  // Guards kept_ alone.
  mutable std::shared_ptr<const AppendFile> kept_;
  bool dropped_ = false;
};

/// Writes one chunk file. The footer comes last: a file without it is no file.
class ChunkFileWriter {
 public:
  explicit ChunkFileWriter(AppendFile& file) : file_(file) {}
  Status begin();
  /// All chunks of one series, in time order.
  Result<Stretch> add(std::string_view packed_labels,
                      const std::vector<std::shared_ptr<const Chunk>>& chunks);
  /// Writes index and footer and syncs; gives the file's size.
  Result<uint64_t> finish();
  bool empty() const { return count_ == 0; }

 private:
  Status flush(size_t beyond);

  AppendFile& file_;
  std::string pending_;
  std::string index_;
  uint64_t written_ = 0;
  uint64_t count_ = 0;
};

/// Gives every series of the file to `take`. Errors: `corrupt` when the footer or the index is
/// not whole, `io`.
using TakeStretch = std::function<void(std::string_view packed_labels, const Stretch&)>;
Status read_chunk_index(AppendFile& file, const TakeStretch& take);

}  // namespace vigie::tsdb
