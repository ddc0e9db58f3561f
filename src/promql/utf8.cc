#include "promql/utf8.h"

namespace vigie::promql {

size_t utf8_length(std::string_view text) {
  if (text.empty()) { return 0; }
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) { return 1; }
  const size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) { return 0; }
  uint32_t rune = lead & (0x7FU >> length);
  for (size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[i]);
    if ((next & 0xC0U) != 0x80) { return 0; }
    rune = (rune << 6) | (next & 0x3FU);
  }
  const bool overlong = (length == 3 && rune < 0x800) || (length == 4 && rune < 0x10000);
  const bool surrogate = rune >= 0xD800 && rune < 0xE000;
  return overlong || surrogate || rune > 0x10FFFF ? 0 : length;
}

}  // namespace vigie::promql
