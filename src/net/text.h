#pragma once

#include <string>
#include <string_view>

namespace vigie::net {

/// ASCII only: what HTTP means by "without case".
bool same_text(std::string_view a, std::string_view b);
std::string lower_text(std::string_view text);
std::string_view trimmed(std::string_view text);
/// Whether a comma-separated list such as Connection's holds `token`.
bool list_has(std::string_view list, std::string_view token);
std::string base64(std::string_view bytes);
/// A method or header name (RFC 9110 token).
bool is_token(std::string_view text);
/// A header value: no line ends or NUL, so that nobody can add a header of his own.
bool is_field_value(std::string_view text);

}  // namespace vigie::net
