#pragma once

#include <cstdint>
#include <string_view>

namespace vigie::tsdb {

// The bytes are described in docs/formats/store-log.md.
inline constexpr size_t kMagicSize = 8;
inline constexpr std::string_view kLogMagic{"VIGLOG\0\1", kMagicSize};
inline constexpr std::string_view kChunkMagic{"VIGCHK\0\1", kMagicSize};
/// Length, CRC-32C over kind and payload, kind.
inline constexpr size_t kRecordHead = 4 + 4 + 1;
inline constexpr uint32_t kRecordMax = 64U << 20;
/// Index offset, index length, CRC-32C of the index, magic.
inline constexpr size_t kChunkFooter = 8 + 4 + 4 + 8;

enum class RecordKind : uint8_t {
  batch = 1,  ///< Series definitions and samples that stand or fall together.
};

}  // namespace vigie::tsdb
