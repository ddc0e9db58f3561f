#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigie::config {

/// "64MiB", "10MB", "512", "1GB": B, and K M G T P with B or iB behind. All are powers of 1024, as
/// in Prometheus' size limits. Errors: `invalid` with the reason, never the text itself.
Result<int64_t> parse_bytes(std::string_view text);
/// "64MiB", "1000B"; parse_bytes reads it back exactly.
std::string format_bytes(int64_t bytes);

/// true false yes no on off, in any case.
Result<bool> parse_boolean(std::string_view text);
/// Decimal, with a sign, or 0x hexadecimal.
Result<int64_t> parse_integer(std::string_view text);
/// Decimal or scientific; .inf, -.inf and .nan as in YAML.
Result<double> parse_number(std::string_view text);

struct HostPort {
  std::string host;  ///< "" means every address of the machine.
  uint16_t port = 0;

  std::string text() const;  ///< With brackets around an IPv6 address.
};
/// "127.0.0.1:9797", "db:5432", "[::1]:80", ":9797". Port 0 asks the system for a free one.
Result<HostPort> parse_host_port(std::string_view text);

/// Scheme and host are there and nothing in it is blank; what the scheme may be is for the room.
Status check_url(std::string_view text);

/// "2026-01-05 09:00", "2026-01-05T09:00:30" (in the book's zone), "2026-01-05" or RFC 3339.
Status check_time(std::string_view text);

}  // namespace vigie::config
