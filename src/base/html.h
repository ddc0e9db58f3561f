#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Text as it may stand in HTML, also between quotes of either kind.
std::string escape_html(std::string_view text);

}  // namespace vigie
