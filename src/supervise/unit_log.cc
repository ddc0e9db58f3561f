#include "supervise/unit_log.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/disk.h"
#include "base/log.h"

namespace vigie::supervise {

namespace {

constexpr size_t kTailBytesMax = 1 << 20;

Error failed(std::string_view what, const std::string& path) {
  return error(errno == ENOSPC ? Code::exhausted : Code::io,
               fmt::format("cannot {} {}: {}", what, path, std::strerror(errno)));
}

/// The end of a file, from the start of a line on when it is cut.
Result<std::string> read_tail(const std::string& path, size_t bytes_max) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) { return error(Code::not_found, fmt::format("there is no log {}", path)); }
  struct stat info {};
  if (::fstat(fd, &info) != 0) {
    ::close(fd);
    return failed("look at", path);
  }
  const auto size = static_cast<size_t>(info.st_size);
  const size_t wanted = std::min(size, bytes_max);
  std::string out(wanted, '\0');
  const ssize_t got = ::pread(fd, out.data(), wanted, static_cast<off_t>(size - wanted));
  ::close(fd);
  if (got < 0) { return failed("read", path); }
  out.resize(static_cast<size_t>(got));
  const size_t line = out.find('\n');
  if (wanted < size && line != std::string::npos) { out.erase(0, line + 1); }
  return out;
}

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    out.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) { break; }
    text.remove_prefix(end + 1);
  }
  return out;
}

}  // namespace

std::string log_path(const std::string& data_dir, const std::string& unit) {
  return fmt::format("{}/logs/{}.log", data_dir, unit);
}

Result<int> open_log(const std::string& data_dir, const std::string& unit) {
  VIGIE_CHECK(real_disk().make_dirs(data_dir + "/logs"));
  const std::string path = log_path(data_dir, unit);
  // One that ends soon after each start is seldom alive when the others' logs are looked at.
  const Result<bool> rotated = rotate_log(data_dir, unit);
  if (!rotated) { log::warn("supervise", "{}: {}", unit, rotated.error().what); }
  const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
  if (fd < 0) { return failed("open", path); }
  return fd;
}

Result<bool> rotate_log(const std::string& data_dir, const std::string& unit, uint64_t bytes_max) {
  const std::string path = log_path(data_dir, unit);
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) { return false; }
  if (static_cast<uint64_t>(info.st_size) <= bytes_max) { return false; }
  for (int number = kOldLogsKept - 1; number >= 1; --number) {
    const std::string from = fmt::format("{}.{}", path, number);
    if (::access(from.c_str(), F_OK) != 0) { continue; }
    const std::string to = fmt::format("{}.{}", path, number + 1);
    if (::rename(from.c_str(), to.c_str()) != 0) { return failed("rename", from); }
  }
  // Without room for the copy the newest lines matter less than the disk: the log is emptied.
  Result<std::string> newest = read_tail(path, bytes_max);
  Status kept = newest ? real_disk().write_file_atomic(path + ".1", *newest, 0640)
                       : Status(std::move(newest).error());
  if (::truncate(path.c_str(), 0) != 0) { return failed("empty", path); }
  if (!kept) { return std::move(kept).error(); }
  return true;
}

Result<std::vector<std::string>> read_log(const std::string& data_dir, const std::string& unit,
                                          size_t lines) {
  const std::string path = log_path(data_dir, unit);
  VIGIE_TRY(std::string text, read_tail(path, kTailBytesMax));
  std::vector<std::string> out = lines_of(text);
  size_t room = kTailBytesMax - text.size();
  for (int number = 1; number <= kOldLogsKept && out.size() < lines && room > 0; ++number) {
    const Result<std::string> older = read_tail(fmt::format("{}.{}", path, number), room);
    if (!older) { break; }
    std::vector<std::string> before = lines_of(*older);
    room -= std::min(room, older->size());
    before.insert(before.end(), std::make_move_iterator(out.begin()),
                  std::make_move_iterator(out.end()));
    out = std::move(before);
  }
  if (out.size() > lines) { out.erase(out.begin(), out.end() - static_cast<ptrdiff_t>(lines)); }
  return out;
}

}  // namespace vigie::supervise
