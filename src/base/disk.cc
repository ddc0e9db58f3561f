#include "base/disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>

namespace vigie {

namespace {

constexpr mode_t kFileMode = 0640;
constexpr mode_t kDirMode = 0750;

Error failed(std::string_view doing, const std::string& path, int number) {
  Code code = Code::io;
  if (number == ENOENT || number == ENOTDIR) { code = Code::not_found; }
  if (number == EACCES || number == EPERM || number == EROFS) { code = Code::denied; }
  if (number == ENOSPC || number == EDQUOT) { code = Code::exhausted; }
  return error(code, fmt::format("cannot {} {}: {}", doing, path, std::strerror(number)));
}

/// Closes at the end of the scope; close errors do not matter after a sync.
class OpenFile {
 public:
  explicit OpenFile(int fd) : fd_(fd) {}
  ~OpenFile() {
    if (fd_ >= 0) { ::close(fd_); }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int fd() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  const int fd_;
};

Status write_all(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0) {
      if (errno == EINTR) { continue; }
      return failed("write", path, errno);
    }
    bytes.remove_prefix(static_cast<size_t>(wrote));
  }
  return ok();
}

std::string parent_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) { return "."; }
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status sync_the_dir(const std::string& dir) {
  const OpenFile opened{::open(dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
  if (!opened) { return failed("open", dir, errno); }
  if (::fsync(opened.fd()) != 0) { return failed("sync", dir, errno); }
  return ok();
}

Status sync_dir_of(const std::string& path) {
  return sync_the_dir(parent_of(path));
}

class RealAppendFile final : public AppendFile {
 public:
  RealAppendFile(int fd, uint64_t size, std::string path)
      : file_(fd), size_(size), path_(std::move(path)) {}

  Status append(std::string_view bytes) override {
    VIGIE_CHECK(write_all(file_.fd(), bytes, path_));
    size_ += bytes.size();
    return ok();
  }
  Status sync() override {
    if (::fdatasync(file_.fd()) != 0) { return failed("sync", path_, errno); }
    return ok();
  }
  Status truncate(uint64_t size) override {
    if (::ftruncate(file_.fd(), static_cast<off_t>(size)) != 0) {
      return failed("truncate", path_, errno);
    }
    size_ = size;
    return ok();
  }
  Status read(uint64_t offset, size_t size, std::string& out) const override;
  uint64_t size() const override { return size_; }

 private:
  const OpenFile file_;
  uint64_t size_;
  const std::string path_;
};

Status RealAppendFile::read(uint64_t offset, size_t size, std::string& out) const {
  out.resize(size);
  size_t got = 0;
  while (got < size) {
    const ssize_t part =
        ::pread(file_.fd(), out.data() + got, size - got, static_cast<off_t>(offset + got));
    if (part < 0 && errno == EINTR) { continue; }
    if (part < 0) { return failed("read", path_, errno); }
    if (part == 0) { return error(Code::corrupt, fmt::format("{} ends too early", path_)); }
    got += static_cast<size_t>(part);
  }
  return ok();
}

class RealLock final : public FileLock {
 public:
  explicit RealLock(int fd) : file_(fd) {}
  int fd() const { return file_.fd(); }

 private:
  const OpenFile file_;
};

class RealDisk final : public Disk {
 public:
  Result<std::string> read_file(const std::string& path, size_t bytes_max) override;
  Status write_file_atomic(const std::string& path, std::string_view bytes, uint32_t mode) override;
  Result<std::unique_ptr<AppendFile>> open_append(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& dir) override;
  Status remove(const std::string& path) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status make_dirs(const std::string& dir) override;
  Status sync_dir(const std::string& dir) override { return sync_the_dir(dir); }
  Result<std::unique_ptr<FileLock>> lock(const std::string& path) override;
  Result<uint64_t> file_size(const std::string& path) override;
  Result<uint64_t> free_bytes(const std::string& path) override;

 private:
  std::atomic<uint64_t> last_temporary_{0};
};

Result<std::string> RealDisk::read_file(const std::string& path, size_t bytes_max) {
  const OpenFile file{::open(path.c_str(), O_RDONLY | O_CLOEXEC)};
  if (!file) { return failed("read", path, errno); }
  std::string out;
  // Files of /proc say size 0: read until the end rather than believe stat.
  char piece[16 << 10];
  while (true) {
    const ssize_t got = ::read(file.fd(), piece, sizeof piece);
    if (got < 0) {
      if (errno == EINTR) { continue; }
      return failed("read", path, errno);
    }
    if (got == 0) { return out; }
    if (out.size() + static_cast<size_t>(got) > bytes_max) {
      return error(Code::exhausted, fmt::format("{} is larger than {} bytes", path, bytes_max));
    }
    out.append(piece, static_cast<size_t>(got));
  }
}

Status RealDisk::write_file_atomic(const std::string& path, std::string_view bytes, uint32_t mode) {
  const std::string temporary =
      fmt::format("{}.{}.{}.tmp", path, ::getpid(), last_temporary_.fetch_add(1));
  const auto write = [&]() -> Status {
    const OpenFile file{
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kFileMode)};
    if (!file) { return failed("create", temporary, errno); }
    if (::fchmod(file.fd(), mode) != 0) { return failed("set the mode of", temporary, errno); }
    VIGIE_CHECK(write_all(file.fd(), bytes, temporary));
    if (::fsync(file.fd()) != 0) { return failed("sync", temporary, errno); }
    return ok();
  };
  Status written = write();
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = failed("replace", path, errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_dir_of(path);
}

Result<std::unique_ptr<AppendFile>> RealDisk::open_append(const std::string& path) {
  struct stat before {};
  const bool is_new = ::stat(path.c_str(), &before) != 0;
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, kFileMode);
  if (fd < 0) { return failed("open", path, errno); }
  struct stat info {};
  const int stated = ::fstat(fd, &info);
  auto file = std::make_unique<RealAppendFile>(fd, static_cast<uint64_t>(info.st_size), path);
  if (stated != 0) { return failed("look at", path, errno); }
  if (is_new) { VIGIE_CHECK(sync_dir_of(path)); }
  return std::unique_ptr<AppendFile>(std::move(file));
}

Result<std::vector<std::string>> RealDisk::list(const std::string& dir) {
  DIR* const opened = ::opendir(dir.c_str());
  if (opened == nullptr) { return failed("list", dir, errno); }
  std::vector<std::string> names;
  while (const dirent* entry = ::readdir(opened)) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") { names.emplace_back(name); }
  }
  ::closedir(opened);
  std::sort(names.begin(), names.end());
  return names;
}

Status RealDisk::remove(const std::string& path) {
  if (::remove(path.c_str()) != 0) { return failed("remove", path, errno); }
  return sync_dir_of(path);
}

Status RealDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) { return failed("rename", from, errno); }
  return sync_dir_of(to);
}

Status RealDisk::make_dirs(const std::string& dir) {
  size_t end = 0;
  while (end != std::string::npos) {
    end = dir.find('/', end + 1);
    const std::string part = dir.substr(0, end);
    if (::mkdir(part.c_str(), kDirMode) == 0 || errno == EEXIST) { continue; }
    return failed("create", part, errno);
  }
  struct stat info {};
  if (::stat(dir.c_str(), &info) != 0) { return failed("look at", dir, errno); }
  if (!S_ISDIR(info.st_mode)) { return failed("create", dir, ENOTDIR); }
  return ok();
}

Result<std::unique_ptr<FileLock>> RealDisk::lock(const std::string& path) {
  auto held =
      std::make_unique<RealLock>(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (held->fd() < 0) { return failed("open", path, errno); }
  if (::flock(held->fd(), LOCK_EX | LOCK_NB) == 0) {
    return std::unique_ptr<FileLock>(std::move(held));
  }
  if (errno != EWOULDBLOCK) { return failed("lock", path, errno); }
  return error(Code::conflict, fmt::format("{} is held by another process", path));
}

Result<uint64_t> RealDisk::file_size(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) { return failed("look at", path, errno); }
  return static_cast<uint64_t>(info.st_size);
}

Result<uint64_t> RealDisk::free_bytes(const std::string& path) {
  struct statvfs info {};
  if (::statvfs(path.c_str(), &info) != 0) { return failed("look at", path, errno); }
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

}  // namespace

Disk& real_disk() {
  static RealDisk disk;
  return disk;
}

}  // namespace vigie
