#pragma once

#include <cstdint>
#include <string_view>

namespace vigie::promql {

/// Bytes of the UTF-8 sequence at the front (RFC 3629), or 0 when it is not one.
size_t utf8_length(std::string_view text);

inline bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    if (length == 0) { return false; }
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace vigie::promql
