#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "base/time.h"

/// Mail as bytes: RFC 5322, 2045 and 2047. Nothing given can add a header or end the message.
namespace vigie::oncall {

struct Mail {
  std::string from;             ///< "Vigie <vigie@example.org>" or a bare address.
  std::vector<std::string> to;  ///< The same.
  std::string subject;
  std::string message_id;  ///< Without brackets.
  WallTime date;
  std::string text;
  std::string html;  ///< Empty: text alone.
  /// Further ones, and replacements for Subject, From and To.
  std::vector<std::pair<std::string, std::string>> headers;
};

/// Lines end with CRLF; UTF-8 goes as quoted-printable, headers as encoded words.
std::string mail_bytes(const Mail& mail);

/// "a@x.org, Ben <b@x.org>" into its addresses as written. `invalid` when one has no '@'.
Result<std::vector<std::string>> split_addresses(std::string_view text);
/// "b@x.org" of "Ben <b@x.org>".
std::string bare_address(std::string_view address);
/// "x.org" of either; "localhost" when there is none.
std::string domain_of(std::string_view address);

/// A header's value with UTF-8 as encoded words, line breaks and controls removed.
std::string encode_header(std::string_view value);
std::string quoted_printable(std::string_view text);
/// "Sun, 29 Mar 2026 07:00:00 +0000".
std::string rfc5322_date(WallTime at);

}  // namespace vigie::oncall
