#include "tsdb/crc32c.h"

#include <array>
#include <bit>
#include <cstring>

namespace vigie::tsdb {

namespace {

using Tables = std::array<std::array<uint32_t, 256>, 8>;

constexpr Tables make_tables() {
  Tables tables{};
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t c = i;
    for (int k = 0; k < 8; ++k) { c = (c & 1U) != 0 ? (c >> 1) ^ 0x82F63B78U : c >> 1; }
    tables[0][i] = c;
  }
  for (uint32_t i = 0; i < 256; ++i) {
    for (size_t t = 1; t < 8; ++t) {
      const uint32_t before = tables[t - 1][i];
      tables[t][i] = (before >> 8) ^ tables[0][before & 255U];
    }
  }
  return tables;
}

constexpr Tables kTables = make_tables();
static_assert(std::endian::native == std::endian::little, "words are read as they lie");

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t before) {
  uint32_t c = ~before;
  const char* at = bytes.data();
  size_t left = bytes.size();
  for (; left >= 8; at += 8, left -= 8) {
    uint64_t word = 0;
    std::memcpy(&word, at, 8);
    word ^= c;
    c = 0;
    for (size_t i = 0; i < 8; ++i) { c ^= kTables[7 - i][(word >> (8 * i)) & 255U]; }
  }
  for (; left > 0; ++at, --left) {
    c = kTables[0][(c ^ static_cast<uint8_t>(*at)) & 255U] ^ (c >> 8);
  }
  return ~c;
}

}  // namespace vigie::tsdb
