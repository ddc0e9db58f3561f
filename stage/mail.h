#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie::stage {

/// What can be read off a mail (RFC 5322 with MIME): enough to see what somebody was told.
struct Mail {
  std::vector<std::pair<std::string, std::string>> headers;  ///< Unfolded and decoded.
  std::string text;  ///< The first text/plain part, decoded; else the first part.
  std::string_view header(std::string_view name) const;  ///< The first, or "".
};

/// Never fails: every text is some mail.
Mail read_mail(std::string_view raw);

/// "=?UTF-8?B?…?=" and "=?UTF-8?Q?…?=" undone; other charsets stay.
std::string decode_words(std::string_view text);
std::string decode_base64(std::string_view text);  ///< Skips what does not belong.
std::string decode_quoted_printable(std::string_view text);

}  // namespace vigie::stage
