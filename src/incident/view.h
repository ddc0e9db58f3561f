#pragma once

#include <string_view>

#include "base/json.h"
#include "incident/state.h"

namespace vigie::incident {

/// What people may see; null when there is no such path. Shapes: docs/formats/console-api.md.
json::value view_of_room(const State& state, std::string_view path, WallTime now);

}  // namespace vigie::incident
