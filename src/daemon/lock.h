#pragma once

#include <string>
#include <utility>

#include "base/result.h"

namespace vigie::daemon {

/// The directory and those above it; a new one is its owner's alone, since the journal has the book
/// with what it spells out.
Status make_data_dir(const std::string& data);

/// Held by the one process that works on a data directory; the system releases it with the process.
class DataLock {
 public:
  /// `conflict` while another Vigie runs on it.
  static Result<DataLock> take(const std::string& data);
  DataLock() = default;
  DataLock(DataLock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  DataLock& operator=(DataLock&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~DataLock();

 private:
  explicit DataLock(int fd) : fd_(fd) {}
  int fd_ = -1;
};

}  // namespace vigie::daemon
