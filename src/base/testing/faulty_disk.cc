#include "base/testing/faulty_disk.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie {

Status FaultyDisk::State::count(std::string_view what, const std::string& path) {
  ++calls;
  if (dead_from != 0 && calls >= dead_from) {
    return error(Code::io, fmt::format("cannot {} {}: the disk is dead", what, path));
  }
  if (fail_at != 0 && calls == fail_at) {
    fail_at = 0;
    return error(fail_code, fmt::format("cannot {} {}: told to fail", what, path));
  }
  return ok();
}

uint64_t FaultyDisk::State::fits(uint64_t bytes) {
  if (!room) { return bytes; }
  const uint64_t part = std::min(bytes, *room);
  *room -= part;
  return part;
}

class FaultyAppendFile final : public AppendFile {
 public:
  FaultyAppendFile(std::unique_ptr<AppendFile> under, std::shared_ptr<FaultyDisk::State> state,
                   std::string path)
      : under_(std::move(under)), state_(std::move(state)), path_(std::move(path)) {
    state_->synced.try_emplace(path_, under_->size());
  }

  Status append(std::string_view bytes) override {
    VIGIE_CHECK(state_->count("append to", path_));
    if (state_->tear) {
      const uint64_t kept = std::min<uint64_t>(*state_->tear, bytes.size());
      state_->tear.reset();
      VIGIE_CHECK(under_->append(bytes.substr(0, kept)));
      return error(Code::io, fmt::format("cannot append to {}: torn after {} bytes", path_, kept));
    }
    const uint64_t part = state_->fits(bytes.size());
    VIGIE_CHECK(under_->append(bytes.substr(0, part)));
    if (part == bytes.size()) { return ok(); }
    return error(Code::exhausted, fmt::format("cannot append to {}: the disk is full", path_));
  }
  Status sync() override {
    VIGIE_CHECK(state_->count("sync", path_));
    ++state_->syncs;
    if (!state_->count_syncs_only) { VIGIE_CHECK(under_->sync()); }
    state_->synced[path_] = under_->size();
    return ok();
  }
  Status truncate(uint64_t size) override {
    VIGIE_CHECK(state_->count("truncate", path_));
    uint64_t& synced = state_->synced[path_];
    synced = std::min(synced, size);
    return under_->truncate(size);
  }
  Status read(uint64_t offset, size_t size, std::string& out) const override {
    return under_->read(offset, size, out);
  }
  uint64_t size() const override { return under_->size(); }

 private:
  const std::unique_ptr<AppendFile> under_;
  const std::shared_ptr<FaultyDisk::State> state_;
  const std::string path_;
};

void FaultyDisk::fail_call(uint64_t nth, Code code) {
  state_->fail_at = state_->calls + nth;
  state_->fail_code = code;
}
void FaultyDisk::fail_from(uint64_t nth) {
  state_->dead_from = state_->calls + nth;
}
void FaultyDisk::full_after(uint64_t bytes) {
  state_->room = bytes;
}
void FaultyDisk::tear_next_append(uint64_t bytes) {
  state_->tear = bytes;
}

void FaultyDisk::heal() {
  state_->fail_at = 0;
  state_->dead_from = 0;
  state_->room.reset();
  state_->tear.reset();
}

Status FaultyDisk::lose_unsynced(Random& random) {
  for (auto& [path, synced] : state_->synced) {
    Result<std::unique_ptr<AppendFile>> file = under_.open_append(path);
    if (!file) { return std::move(file).error(); }
    const uint64_t written = (*file)->size();
    if (written <= synced) { continue; }
    const uint64_t kept = synced + random.below(written - synced + 1);
    VIGIE_CHECK((*file)->truncate(kept));
    synced = kept;
  }
  return ok();
}

Result<std::string> FaultyDisk::read_file(const std::string& path, size_t bytes_max) {
  VIGIE_CHECK(state_->count("read", path));
  return under_.read_file(path, bytes_max);
}

Status FaultyDisk::write_file_atomic(const std::string& path, std::string_view bytes,
                                     uint32_t mode) {
  VIGIE_CHECK(state_->count("write", path));
  if (state_->fits(bytes.size()) != bytes.size()) {
    return error(Code::exhausted, fmt::format("cannot write {}: the disk is full", path));
  }
  return under_.write_file_atomic(path, bytes, mode);
}

Result<std::unique_ptr<AppendFile>> FaultyDisk::open_append(const std::string& path) {
  VIGIE_CHECK(state_->count("open", path));
  VIGIE_TRY(auto file, under_.open_append(path));
  return std::unique_ptr<AppendFile>(
      std::make_unique<FaultyAppendFile>(std::move(file), state_, path));
}

Result<std::vector<std::string>> FaultyDisk::list(const std::string& dir) {
  VIGIE_CHECK(state_->count("list", dir));
  return under_.list(dir);
}

Status FaultyDisk::remove(const std::string& path) {
  VIGIE_CHECK(state_->count("remove", path));
  state_->synced.erase(path);
  return under_.remove(path);
}

Status FaultyDisk::rename(const std::string& from, const std::string& to) {
  VIGIE_CHECK(state_->count("rename", from));
  auto moved = state_->synced.extract(from);
  if (moved) {
    moved.key() = to;
    state_->synced.erase(to);
    state_->synced.insert(std::move(moved));
  }
  return under_.rename(from, to);
}

Status FaultyDisk::make_dirs(const std::string& dir) {
  VIGIE_CHECK(state_->count("create", dir));
  return under_.make_dirs(dir);
}

Status FaultyDisk::sync_dir(const std::string& dir) {
  VIGIE_CHECK(state_->count("sync", dir));
  return state_->count_syncs_only ? ok() : under_.sync_dir(dir);
}

Result<std::unique_ptr<FileLock>> FaultyDisk::lock(const std::string& path) {
  VIGIE_CHECK(state_->count("lock", path));
  return under_.lock(path);
}

Result<uint64_t> FaultyDisk::file_size(const std::string& path) {
  VIGIE_CHECK(state_->count("look at", path));
  return under_.file_size(path);
}

Result<uint64_t> FaultyDisk::free_bytes(const std::string& path) {
  VIGIE_CHECK(state_->count("look at", path));
  if (state_->room) { return *state_->room; }
  return under_.free_bytes(path);
}

}  // namespace vigie
