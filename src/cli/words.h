#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace vigie::cli {

/// "14:03:10" today and "21 Nov 14:03" otherwise, in the machine's zone; "-" for null.
std::string short_time(const json::object& object, std::string_view key, std::string_view now);
/// "3 min" since the time under `key`, or "-".
std::string age_of(const json::object& object, std::string_view key, std::string_view now);
/// "in 2 min 5 s", "now".
std::string until(const json::object& object, std::string_view key, std::string_view now);
/// A sentence of Vigie's with the instants in it as short_time() writes them.
std::string with_times(std::string text, std::string_view now);
/// The text under `key`, or "-".
std::string or_dash(const json::object& object, std::string_view key);

}  // namespace vigie::cli
