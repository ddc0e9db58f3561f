#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "collect/scrape_settings.h"

namespace vigie::collect {

/// Prometheus' discovery mechanisms that this release does not have; naming one is an error.
std::span<const std::string_view> discoverers_lacking();

}  // namespace vigie::collect
