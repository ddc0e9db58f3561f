#include "config/source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <glob.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/utf8.h"

namespace vigie::config {

namespace {

Error system_failure(int number) {
  if (number == ENOENT || number == ENOTDIR) { return error(Code::not_found, "no such file"); }
  const Code code = number == EACCES || number == EPERM ? Code::denied : Code::io;
  return error(code, fmt::format("cannot read it: {}", std::strerror(number)));
}

class OpenFile {
 public:
  explicit OpenFile(const std::string& path)
      : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) { ::close(descriptor_); }
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  int descriptor() const { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace

Result<std::string> read_source(const std::string& path, size_t bytes_max) {
  const OpenFile file(path);
  if (file.descriptor() < 0) { return system_failure(errno); }
  struct stat status {};
  if (::fstat(file.descriptor(), &status) != 0) { return system_failure(errno); }
  if (!S_ISREG(status.st_mode)) { return error(Code::invalid, "not a regular file"); }
  std::string content;
  char buffer[16384];
  while (true) {
    const ssize_t count = ::read(file.descriptor(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) { continue; }
    if (count < 0) { return system_failure(errno); }
    if (count == 0) { return content; }
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > bytes_max) { return error(Code::exhausted, "the file is too large"); }
  }
}

namespace {

bool is_forbidden_control(char c) {
  return (static_cast<unsigned char>(c) < 0x20 && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
}

}  // namespace

bool check_characters(std::string_view content, const std::string& file, Problems& problems) {
  uint32_t line = 1;
  size_t line_start = 0;
  for (size_t at = 0; at < content.size();) {
    const size_t length = utf8_length(content.substr(at));
    const auto place = [&]() -> Place {
      return {file, line, static_cast<uint32_t>(at - line_start + 1)};
    };
    if (length == 0) {
      problems.error(place(), "this is not UTF-8", "save the file as UTF-8");
      return false;
    }
    if (is_forbidden_control(content[at])) {
      problems.error(place(), fmt::format("control character 0x{:02x}", content[at]), "remove it");
      return false;
    }
    if (content[at] == '\n') {
      ++line;
      line_start = at + 1;
    }
    at += length;
  }
  return true;
}

bool is_pattern(std::string_view pattern) {
  return pattern.find_first_of("*?[") != std::string_view::npos;
}

std::vector<std::string> matching_files(const std::string& dir, const std::string& pattern) {
  const bool absolute = pattern.starts_with('/');
  if (!is_pattern(pattern)) { return {absolute ? pattern : dir + "/" + pattern}; }
  std::string whole;
  if (!absolute) {
    // The directory is a name, not a pattern.
    for (const char c : dir) {
      if (c == '*' || c == '?' || c == '[' || c == '\\') { whole += '\\'; }
      whole += c;
    }
    whole += '/';
  }
  whole += pattern;
  glob_t found{};
  std::vector<std::string> out;
  if (::glob(whole.c_str(), GLOB_NOSORT, nullptr, &found) == 0) {
    for (size_t i = 0; i < found.gl_pathc; ++i) {
      struct stat status {};
      const char* path = found.gl_pathv[i];
      if (::stat(path, &status) == 0 && S_ISREG(status.st_mode)) { out.emplace_back(path); }
    }
  }
  ::globfree(&found);
  std::ranges::sort(out);
  return out;
}

}  // namespace vigie::config
