#pragma once

#include <string>
#include <string_view>

namespace vigie {

/// Bytes of the UTF-8 sequence at the front (RFC 3629), or 0 when it is not one.
size_t utf8_length(std::string_view text);

bool is_utf8(std::string_view text);

/// The text with U+FFFD for each byte that is no part of a UTF-8 sequence.
std::string repaired_utf8(std::string text);

/// The front of a text, at most `bytes_max` bytes, without a sequence cut in two.
std::string_view cut_utf8(std::string_view text, size_t bytes_max);

/// How many characters (code points); a byte that is no part of a sequence counts as one.
size_t utf8_characters(std::string_view text);

}  // namespace vigie
