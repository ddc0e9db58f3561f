#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/disk.h"
#include "base/random.h"

namespace vigie {

/// A disk that fails on command; otherwise it passes calls on. Lives on: one thread.
///
/// Calls are counted from 1 over the disk and every file opened through it, so a crash test walks
/// `fail_call(1)`, `fail_call(2)`... until a whole run passes.
class FaultyDisk final : public Disk {
 public:
  explicit FaultyDisk(Disk& under = real_disk()) : under_(under) {}

  uint64_t calls() const { return state_->calls; }
  /// The nth call from now (1 is the next) fails with `code`, once.
  void fail_call(uint64_t nth, Code code);
  /// From the nth call on everything fails: the process is as good as dead.
  void fail_from(uint64_t nth);
  /// After `bytes` more bytes the disk is full (`exhausted`); the write that crosses the border
  /// leaves its first part behind, as a real one does.
  void full_after(uint64_t bytes);
  /// The next append writes only its first `bytes` and fails with `io`.
  void tear_next_append(uint64_t bytes);
  void heal();
  /// For tests that kill the process and not the machine: syncs are counted and not done.
  void count_syncs_only() { state_->count_syncs_only = true; }
  uint64_t syncs() const { return state_->syncs; }
  /// What the machine's crash does: each append file loses a random part of what was not synced.
  /// Close the files first.
  Status lose_unsynced(Random& random);

  Result<std::string> read_file(const std::string& path, size_t bytes_max) override;
  Status write_file_atomic(const std::string& path, std::string_view bytes, uint32_t mode) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& dir) override;
  Status remove(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status make_dirs(const std::string& dir) override;
  Status sync_dir(const std::string& dir) override;
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<uint64_t> file_size(const std::string& path) override;
  Result<uint64_t> free_bytes(const std::string& path) override;

 private:
  friend class FaultyAppendFile;
  struct State {
    uint64_t calls = 0;
    uint64_t fail_at = 0;  ///< 0: never.
    Code fail_code = Code::io;
    uint64_t dead_from = 0;  ///< 0: never.
    std::optional<uint64_t> room;
    std::optional<uint64_t> tear;
    uint64_t syncs = 0;
    bool count_syncs_only = false;
    std::map<std::string, uint64_t> synced;  ///< Path to its size at the last sync.

    Status count(std::string_view what, const std::string& path);
    /// How much of a write fits; the rest fails.
    uint64_t fits(uint64_t bytes);
  };

  Disk& under_;
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace vigie
