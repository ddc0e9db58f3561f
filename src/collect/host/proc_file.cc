#include "collect/host/proc_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

namespace vigie::collect {

namespace {
constexpr size_t kBytesMax = 4 << 20;
}

std::optional<std::string> read_proc(const std::string& path) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) { return std::nullopt; }
  std::string out;
  while (out.size() < kBytesMax) {
    const size_t had = out.size();
    out.resize(had + 16'384);
    const ssize_t got = read(fd, out.data() + had, 16'384);
    out.resize(had + static_cast<size_t>(got > 0 ? got : 0));
    if (got > 0) { continue; }
    close(fd);
    if (got < 0) { return std::nullopt; }
    return out;
  }
  close(fd);
  return out;
}

std::string read_proc_line(const std::string& path) {
  std::string text = read_proc(path).value_or("");
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) { text.pop_back(); }
  return text;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> out;
  while (!text.empty()) {
    const size_t end = text.find('\n');
    out.push_back(text.substr(0, end));
    if (end == std::string_view::npos) { break; }
    text.remove_prefix(end + 1);
  }
  return out;
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> out;
  size_t at = 0;
  while (true) {
    at = text.find_first_not_of(" \t\n", at);
    if (at == std::string_view::npos) { return out; }
    const size_t end = std::min(text.find_first_of(" \t\n", at), text.size());
    out.push_back(text.substr(at, end - at));
    at = end;
  }
}

double number_of(std::string_view text) {
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace vigie::collect
