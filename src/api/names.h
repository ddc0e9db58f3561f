#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace vigie::api {

/// The texts under `key` of each object of a list.
std::vector<std::string> names_in(const json::array& list, std::string_view key);
/// there is no team "cor" (did you mean "core"?)
std::string no_such(std::string_view what, std::string_view name,
                    const std::vector<std::string>& known);

}  // namespace vigie::api
