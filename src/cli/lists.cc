#include "cli/lists.h"

#include <fmt/core.h>

#include <charconv>

#include "base/time.h"
#include "net/net.h"

namespace vigie::cli {

const json::array& items_of(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::array* found = get_array(object, key);
  return found == nullptr ? none : *found;
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += fmt::format("{}={}", name, net::url_encode(value));
}

std::string present() {
  return rfc3339(real_clock().wall());
}

Result<uint64_t> parse_id(const std::string& word, std::string_view what) {
  uint64_t id = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (failure != std::errc{} || end != word.data() + word.size() || id == 0) {
    return error(Code::invalid, fmt::format("\"{}\" is not the number of {}", word, what));
  }
  return id;
}

}  // namespace vigie::cli
