#include "daemon/lock.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

namespace vigie::daemon {

Status make_data_dir(const std::string& data) {
  std::error_code failure;
  const bool made = std::filesystem::create_directories(data, failure);
  if (made && !failure) {
    std::filesystem::permissions(data, std::filesystem::perms::owner_all, failure);
  }
  if (failure) { return error(Code::io, fmt::format("{}: {}", data, failure.message())); }
  return ok();
}

Result<DataLock> DataLock::take(const std::string& data) {
  const std::string path = data + "/lock";
  DataLock lock(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.fd_ < 0) {
    return error(Code::io, fmt::format("{} cannot be opened: {}", path, std::strerror(errno)));
  }
  if (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    return error(Code::conflict, fmt::format("{} is in use: another Vigie runs on it", data));
  }
  return lock;
}

DataLock::~DataLock() {
  if (fd_ >= 0) { ::close(fd_); }
}

}  // namespace vigie::daemon
