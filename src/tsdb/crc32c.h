#pragma once

#include <cstdint>
#include <string_view>

namespace vigie::tsdb {

/// CRC-32C (Castagnoli, RFC 3720 B.4); pass the previous result to continue.
uint32_t crc32c(std::string_view bytes, uint32_t before = 0);

}  // namespace vigie::tsdb
