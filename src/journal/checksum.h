#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace vigie::journal {

/// CRC-32 (IEEE 802.3, reflected, as zlib's) of a row's text.
uint32_t crc32(std::string_view bytes);
/// Lower-case hexadecimal SHA-256.
std::string sha256_hex(std::string_view bytes);
/// 16 random bytes in hexadecimal.
std::string random_name();

}  // namespace vigie::journal
