#pragma once

#include <string_view>

namespace vigie::daemon {

/// CHANGELOG.md's newest.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace vigie::daemon
