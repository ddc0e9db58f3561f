#pragma once

#include <cstdint>
#include <string_view>

/// docs/formats/fleets.md
namespace vigie::collect::fleet_format {

inline constexpr std::string_view kMagic = "VGFLEET1";
inline constexpr uint64_t kChecksumSeed = 0x9ae16a3b2f90404fULL;
inline constexpr uint64_t kChecksumFactor = 0x9e3779b97f4a7c15ULL;

}  // namespace vigie::collect::fleet_format
