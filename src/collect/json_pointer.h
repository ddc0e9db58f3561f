#pragma once

#include <string>
#include <string_view>

#include "base/json.h"

namespace vigie::collect {

/// The value at an RFC 6901 pointer ("/status/0/name"), nullptr when there is none.
const json::value* at_pointer(const json::value& document, std::string_view pointer);
/// As a person writes it: texts without quotes, everything else as JSON.
std::string plain_text(const json::value& value);

}  // namespace vigie::collect
