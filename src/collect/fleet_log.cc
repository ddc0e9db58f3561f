#include "collect/fleet_log.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <utility>

#include "base/disk.h"

namespace vigie::collect {

namespace {

constexpr size_t kFileBytesMax = 1ULL << 30;
constexpr size_t kNameMax = 255;

/// N of "PREFIXN"; 0 when it is no such name.
uint64_t number_of(std::string_view name, std::string_view prefix) {
  if (!name.starts_with(prefix)) { return 0; }
  name.remove_prefix(prefix.size());
  uint64_t out = 0;
  const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), out);
  return failed == std::errc{} && end == name.data() + name.size() ? out : 0;
}

}  // namespace

FleetLog::~FleetLog() {
  if (fd_ >= 0) { ::close(fd_); }
}

Status FleetLog::read(const std::function<void(std::string_view device)>& take) {
  const std::filesystem::path image = image_;
  const Result<std::vector<std::string>> names = real_disk().list(image.parent_path().string());
  if (!names) { return names.error().code == Code::not_found ? ok() : Status(names.error()); }
  std::vector<uint64_t> numbers;
  for (const std::string& name : *names) {
    const uint64_t number = number_of(name, image.filename().string() + ".new.");
    if (number != 0) { numbers.push_back(number); }
  }
  std::sort(numbers.begin(), numbers.end());
  for (const uint64_t number : numbers) {
    number_ = number;
    files_.push_back(fmt::format("{}.new.{}", image_, number));
    VIGIE_TRY(const std::string bytes, real_disk().read_file(files_.back(), kFileBytesMax));
    std::string_view rest = bytes;
    while (!rest.empty() && rest.size() > static_cast<unsigned char>(rest.front())) {
      const size_t length = static_cast<unsigned char>(rest.front());
      take(rest.substr(1, length));
      rest.remove_prefix(1 + length);
    }
  }
  return ok();
}

Status FleetLog::open() {
  VIGIE_CHECK(real_disk().make_dirs(std::filesystem::path(image_).parent_path().string()));
  files_.push_back(fmt::format("{}.new.{}", image_, ++number_));
  fd_ = ::open(files_.back().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  if (fd_ >= 0) { return ok(); }
  return error(Code::io, fmt::format("{}: {}", files_.back(), std::strerror(errno)));
}

Status FleetLog::add(std::string_view device) {
  if (fd_ < 0) { VIGIE_CHECK(open()); }
  std::array<char, kNameMax + 1> record{};
  const size_t length = std::min(device.size(), kNameMax);
  record[0] = static_cast<char>(static_cast<unsigned char>(length));
  std::memcpy(record.data() + 1, device.data(), length);
  const ssize_t written = ::write(fd_, record.data(), length + 1);
  if (written == static_cast<ssize_t>(length + 1)) { return ok(); }
  const std::string why = written < 0 ? std::strerror(errno) : "only a part was written";
  // What follows half a record could not be read: the next one begins a file of its own.
  ::close(std::exchange(fd_, -1));
  return error(Code::io, fmt::format("{}: {}", files_.back(), why));
}

std::vector<std::string> FleetLog::turn() {
  if (fd_ >= 0) { ::close(std::exchange(fd_, -1)); }
  return std::exchange(files_, {});
}

void FleetLog::drop(const std::vector<std::string>& files) {
  for (const std::string& file : files) { ::unlink(file.c_str()); }
}

}  // namespace vigie::collect
