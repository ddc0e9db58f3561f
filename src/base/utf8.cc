#include "base/utf8.h"

#include <cstdint>
#include <cstring>

namespace vigie {

namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Bytes at the front that are ASCII, found eight at a time: most texts are nothing else.
size_t ascii_length(std::string_view text) {
  size_t at = 0;
  uint64_t eight = 0;
  while (text.size() - at >= sizeof eight) {
    std::memcpy(&eight, text.data() + at, sizeof eight);
    if ((eight & 0x8080808080808080U) != 0) { break; }
    at += sizeof eight;
  }
  while (at < text.size() && static_cast<unsigned char>(text[at]) < 0x80) { ++at; }
  return at;
}

/// Bytes at the front that are well formed.
size_t good_length(std::string_view text) {
  size_t at = 0;
  while (at < text.size()) {
    at += ascii_length(text.substr(at));
    if (at == text.size()) { break; }
    const size_t length = utf8_length(text.substr(at));
    if (length == 0) { break; }
    at += length;
  }
  return at;
}

}  // namespace

size_t utf8_length(std::string_view text) {
  if (text.empty()) { return 0; }
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) { return 1; }
  const size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < length) { return 0; }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80) { return 0; }
  }
  const unsigned char second = byte(1);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : length;
}

bool is_utf8(std::string_view text) {
  return good_length(text) == text.size();
}

std::string repaired_utf8(std::string text) {
  size_t good = good_length(text);
  if (good == text.size()) { return text; }
  std::string out;
  out.reserve(text.size() + 16);
  std::string_view rest = text;
  while (true) {
    out += rest.substr(0, good);
    rest.remove_prefix(good);
    if (rest.empty()) { return out; }
    out += kReplacement;
    rest.remove_prefix(1);
    good = good_length(rest);
  }
}

std::string_view cut_utf8(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) { return text; }
  const auto continues = [&](size_t at) {
    return (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80;
  };
  size_t end = bytes_max;
  while (end > 0 && bytes_max - end < 4 && continues(end)) { --end; }
  // Four continuation bytes in a row are no sequence: then any place is as good.
  return text.substr(0, bytes_max - end < 4 ? end : bytes_max);
}

size_t utf8_characters(std::string_view text) {
  size_t count = 0;
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    text.remove_prefix(length == 0 ? 1 : length);
    ++count;
  }
  return count;
}

}  // namespace vigie
