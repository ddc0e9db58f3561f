#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace vigie::cli {

/// Times are shown in this zone of IANA's data, the book's; UTC before, and for an unknown name.
void show_times_in(std::string_view zone);
/// The instant that a person typed, "2026-03-29 03:00" in that zone or RFC 3339, as RFC 3339.
Result<std::string> typed_time(std::string_view text);
/// "14:03:10" today and "21 Nov 14:03" otherwise, in the book's zone; "-" for null.
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
