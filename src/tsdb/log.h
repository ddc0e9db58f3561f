#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/disk.h"
#include "base/result.h"
#include "tsdb/store_log_format.h"

namespace vigie::tsdb {

/// Writes the log: segments of framed records, one file each. One thread.
class LogWriter {
 public:
  /// Starts the segment `number` in `dir`; the file must not exist yet.
  static Result<std::unique_ptr<LogWriter>> start(Disk& disk, std::string dir, uint64_t number);

  /// The record is in the file (not yet synced) or the file is as before.
  /// Errors: `exhausted` when the disk is full or the record too long, `io`.
  Status write(RecordKind kind, std::string_view payload);
  Status sync();
  uint64_t number() const { return number_; }
  uint64_t size() const { return size_; }

 private:
  LogWriter(std::unique_ptr<AppendFile> file, uint64_t number)
      : file_(std::move(file)), number_(number) {}

  std::unique_ptr<AppendFile> file_;
  uint64_t number_;
  uint64_t size_ = 0;
  bool torn_ = false;  // Bytes of a failed write may lie past size_.
};

/// "00000007.log".
std::string segment_name(uint64_t number);
/// The number of "00000007.log" with suffix ".log", or 0.
uint64_t number_of(std::string_view name, std::string_view suffix);

/// Gives every whole record to `take` in order. Returns how many bytes at the end were cut off
/// because the last record was torn or damaged. Errors: `io`, `corrupt` for a newer version, and
/// what `take` returns.
using TakeRecord = std::function<Status(RecordKind, std::string_view payload)>;
Result<uint64_t> replay_segment(AppendFile& file, const TakeRecord& take);

}  // namespace vigie::tsdb
