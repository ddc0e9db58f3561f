#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tsdb/disk.h"

namespace vigie::tsdb {

/// The real disk behind a limit: once `bytes_left` is used up every write puts down what still
/// fits and then reports a full disk, as a real one does. Syncs are counted, not done: what the
/// tests kill is the process, and many opens would take long.
class FaultyDisk final : public Disk {
 public:
  uint64_t bytes_left = UINT64_MAX;
  uint64_t syncs = 0;

  Status make_dir(const std::string& path) override { return real_disk().make_dir(path); }
  Result<std::vector<std::string>> list(const std::string& path) override {
    return real_disk().list(path);
  }
  Result<std::unique_ptr<DiskFile>> open(const std::string& path) override;
  Status remove(const std::string& path) override { return real_disk().remove(path); }
  Status sync_dir(const std::string&) override { return ok(); }
  Result<std::unique_ptr<DiskFile>> lock(const std::string& path) override {
    return real_disk().lock(path);
  }
};

/// A directory of its own under the system's temporary one, removed at the end.
class TempDir {
 public:
  TempDir();
  ~TempDir();
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace vigie::tsdb
