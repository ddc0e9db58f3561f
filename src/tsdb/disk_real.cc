#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "tsdb/disk.h"

namespace vigie::tsdb {

namespace {

Error from_errno(int number, std::string_view doing, const std::string& path) {
  const bool full = number == ENOSPC || number == EDQUOT;
  return error(full ? Code::exhausted : Code::io,
               fmt::format("{} {}: {}", doing, path, std::strerror(number)));
}

class RealFile final : public DiskFile {
 public:
  RealFile(int fd, std::string path, uint64_t size)
      : fd_(fd), path_(std::move(path)), size_(size) {}
  ~RealFile() override { ::close(fd_); }
  RealFile(const RealFile&) = delete;
  RealFile& operator=(const RealFile&) = delete;

  Status append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t put = ::pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(size_));
      if (put < 0 && errno == EINTR) { continue; }
      if (put < 0) { return from_errno(errno, "cannot write", path_); }
      size_ += static_cast<uint64_t>(put);
      bytes.remove_prefix(static_cast<size_t>(put));
    }
    return ok();
  }
  Status sync() override {
    if (::fdatasync(fd_) != 0) { return from_errno(errno, "cannot sync", path_); }
    return ok();
  }
  Status truncate(uint64_t size) override {
    if (::ftruncate(fd_, static_cast<off_t>(size)) != 0) {
      return from_errno(errno, "cannot truncate", path_);
    }
    size_ = size;
    return ok();
  }
  Status read(uint64_t offset, size_t size, std::string& out) const override {
    out.resize(size);
    size_t got = 0;
    while (got < size) {
      const ssize_t n =
          ::pread(fd_, out.data() + got, size - got, static_cast<off_t>(offset + got));
      if (n < 0 && errno == EINTR) { continue; }
      if (n < 0) { return from_errno(errno, "cannot read", path_); }
      if (n == 0) { return error(Code::corrupt, fmt::format("{} ends too early", path_)); }
      got += static_cast<size_t>(n);
    }
    return ok();
  }
  uint64_t size() const override { return size_; }

 private:
  int fd_;
  std::string path_;
  uint64_t size_;
};

class RealDisk final : public Disk {
 public:
  Status make_dir(const std::string& path) override {
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure) { return from_errno(failure.value(), "cannot make", path); }
    return ok();
  }
  Result<std::vector<std::string>> list(const std::string& path) override {
    DIR* dir = ::opendir(path.c_str());
    if (dir == nullptr) { return from_errno(errno, "cannot list", path); }
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(dir)) {
      if (entry->d_name[0] != '.') { names.emplace_back(entry->d_name); }
    }
    ::closedir(dir);
    std::sort(names.begin(), names.end());
    return names;
  }
  Result<std::unique_ptr<DiskFile>> open(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) { return from_errno(errno, "cannot open", path); }
    struct stat about {};
    if (::fstat(fd, &about) != 0) {
      const int number = errno;
      ::close(fd);
      return from_errno(number, "cannot look at", path);
    }
    return std::unique_ptr<DiskFile>(
        std::make_unique<RealFile>(fd, path, static_cast<uint64_t>(about.st_size)));
  }
  Status remove(const std::string& path) override {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) {
      return from_errno(errno, "cannot remove", path);
    }
    return ok();
  }
  Status sync_dir(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) { return from_errno(errno, "cannot open", path); }
    const int failed = ::fsync(fd) != 0 ? errno : 0;
    ::close(fd);
    if (failed != 0) { return from_errno(failed, "cannot sync", path); }
    return ok();
  }
  Result<std::unique_ptr<DiskFile>> lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0) { return from_errno(errno, "cannot open", path); }
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      const int number = errno;
      ::close(fd);
      if (number != EWOULDBLOCK) { return from_errno(number, "cannot lock", path); }
      return error(Code::conflict, fmt::format("{} is held by another process", path));
    }
    return std::unique_ptr<DiskFile>(std::make_unique<RealFile>(fd, path, 0));
  }
};

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

}  // namespace vigie::tsdb
