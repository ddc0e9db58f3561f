#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "config/book.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::config {

struct YamlLimits {
  size_t nodes_max = kBookNodesMax;
  size_t depth_max = kBookDepthMax;
};

/// YAML 1.2 as yaml-cpp reads it, plus `<<` merges: anchors and aliases are followed, keys must be
/// texts and unique, only the first document counts. Returns null after a syntax error, and what
/// could be read after others.
Node parse_yaml_within(std::string_view content, const std::string& file, const YamlLimits& limits,
                       Problems& problems);

}  // namespace vigie::config
