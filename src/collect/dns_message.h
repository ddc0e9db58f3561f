#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigie::collect {

/// Types of records that the DNS probe reads (RFC 1035, 3596).
enum class DnsType : uint16_t {
  A = 1,
  NS = 2,
  CNAME = 5,
  SOA = 6,
  PTR = 12,
  MX = 15,
  TXT = 16,
  AAAA = 28,
  SRV = 33
};
Result<DnsType> parse_dns_type(std::string_view text);
std::string_view name_of(DnsType type);

struct DnsRecord {
  std::string name;
  uint16_t type = 0;
  uint32_t ttl = 0;  ///< Seconds.
  std::string data;  ///< As in a zone file: "192.0.2.1", "10 mail.example.org."
};

struct DnsAnswer {
  uint16_t id = 0;
  int rcode = 0;
  bool truncated = false;
  std::vector<DnsRecord> answers, authorities, additionals;
};

/// A query for one name, recursion desired. `invalid` when the name is none.
Result<std::string> encode_dns_query(uint16_t id, std::string_view name, DnsType type);
/// Errors: `invalid` with the byte where it stops making sense. Compression pointers may not loop.
Result<DnsAnswer> decode_dns(std::string_view bytes);
/// "NOERROR", "NXDOMAIN", "RCODE17".
std::string rcode_text(int rcode);

}  // namespace vigie::collect
