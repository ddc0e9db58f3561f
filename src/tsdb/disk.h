#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigie::tsdb {

/// An open file that only grows. Any thread may read; one thread writes.
class DiskFile {
 public:
  virtual ~DiskFile() = default;
  /// All or nothing as far as the caller is concerned: after an error the file's end is unknown,
  /// so truncate to the last good size. Errors: `exhausted` when the disk is full, `io`.
  virtual Status append(std::string_view bytes) = 0;
  virtual Status sync() = 0;
  virtual Status truncate(uint64_t size) = 0;
  /// Exactly `size` bytes at `offset`. Errors: `io`, `corrupt` past the end.
  virtual Status read(uint64_t offset, size_t size, std::string& out) const = 0;
  virtual uint64_t size() const = 0;
};

/// The seam between the store and the operating system, so that tests can tear writes.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Status make_dir(const std::string& path) = 0;
  /// Names (not paths) of the files in a directory, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& path) = 0;
  virtual Result<std::unique_ptr<DiskFile>> open(const std::string& path) = 0;
  virtual Status remove(const std::string& path) = 0;
  /// Makes created and removed names of a directory durable.
  virtual Status sync_dir(const std::string& path) = 0;
  /// Refuses a second process on the same directory; held until the object goes.
  virtual Result<std::unique_ptr<DiskFile>> lock(const std::string& path) = 0;
};

/// The machine's own.
Disk& real_disk();

}  // namespace vigie::tsdb
