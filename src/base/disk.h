#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigie {

/// An open file that only grows. Any thread may read; one thread writes.
class AppendFile {
 public:
  virtual ~AppendFile() = default;
  /// After an error the file's end is unknown: truncate to the last good size.
  /// Errors: `exhausted` when the disk is full, `io`.
  virtual Status append(std::string_view bytes) = 0;
  /// What was appended survives a crash of the machine.
  virtual Status sync() = 0;
  virtual Status truncate(uint64_t size) = 0;
  /// Exactly `size` bytes at `offset` into `out`. Errors: `io`; `corrupt` past the end.
  virtual Status read(uint64_t offset, size_t size, std::string& out) const = 0;
  virtual uint64_t size() const = 0;
};

/// Other processes are kept away for as long as it lives.
class FileLock {
 public:
  virtual ~FileLock() = default;
};

/// The seam between Vigie and the file system, so that tests can fail any call.
///
/// Lives on: any thread. Errors: `not_found`, `denied`, `exhausted` (the disk is full), `io`; each
/// names the path. Every call blocks: not for the edge or core loops, except at start.
class Disk {
 public:
  virtual ~Disk() = default;
  /// `exhausted` when the file is larger than `bytes_max`.
  virtual Result<std::string> read_file(const std::string& path, size_t bytes_max) = 0;
  /// Readers see the old or the new bytes, never a mix, also after a crash: temporary file, sync,
  /// rename, sync of the directory. `mode` as for chmod.
  virtual Status write_file_atomic(const std::string& path, std::string_view bytes,
                                   uint32_t mode) = 0;
  /// Creates it when missing, mode 0640.
  virtual Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) = 0;
  /// Names (not paths) of a directory's entries, sorted.
  virtual Result<std::vector<std::string>> list(const std::string& dir) = 0;
  virtual Status remove(const std::string& path) = 0;
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  /// With parents, mode 0750; good when it is there already.
  virtual Status make_dirs(const std::string& dir) = 0;
  /// Created and removed names of the directory survive a crash of the machine.
  virtual Status sync_dir(const std::string& dir) = 0;
  /// Creates the file when missing. `conflict` when another process has it.
  virtual Result<std::unique_ptr<FileLock>> lock(const std::string& path) = 0;
  virtual Result<uint64_t> file_size(const std::string& path) = 0;
  /// What an unprivileged writer could still add to the file system that holds `path`.
  virtual Result<uint64_t> free_bytes(const std::string& path) = 0;
};

/// The machine's own.
Disk& real_disk();

}  // namespace vigie
