// HTTP as strangers send it: requests, replies, addresses and queries, in any pieces.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "net/net.h"
#include "net/wire.h"

namespace {

using vigie::net::HttpLimits;
using vigie::net::WireFault;
using vigie::net::WireParser;

constexpr HttpLimits kLimits{.head_bytes_max = 4096, .body_bytes_max = 64 << 10};

/// The first byte chooses the size of the pieces; the outcome must not depend on it.
struct Outcome {
  WireFault fault = WireFault::none;
  bool done = false;
  std::string body;
  bool operator==(const Outcome&) const = default;
};

Outcome parse(WireParser::Kind kind, std::string_view bytes, size_t step) {
  WireParser parser(kind, kLimits);
  std::string waiting;
  for (size_t at = 0; at < bytes.size() && !parser.done(); at += step) {
    waiting += bytes.substr(at, step);
    while (!waiting.empty() && !parser.done()) {
      const size_t used = parser.put(waiting);
      if (used == 0) { break; }
      waiting.erase(0, used);
    }
    if (parser.fault() != WireFault::none) { break; }
    ASSERT(waiting.size() <= kLimits.head_bytes_max + step, "{} bytes pile up", waiting.size());
  }
  if (!parser.done()) { parser.put_eof(); }
  Outcome out{.fault = parser.fault(), .done = parser.done(), .body = parser.take_body()};
  ASSERT(out.body.size() <= kLimits.body_bytes_max, "a body of {} bytes", out.body.size());
  return out;
}

void check_message(WireParser::Kind kind, std::string_view bytes, size_t step) {
  const Outcome whole = parse(kind, bytes, std::max<size_t>(bytes.size(), 1));
  const Outcome pieces = parse(kind, bytes, step);
  // A fault may be seen earlier or later, but a good message is good however it arrives.
  if (whole.fault == WireFault::none && whole.done) {
    ASSERT(pieces == whole, "pieces of {} bytes read otherwise", step);
  }
}

void check_url(std::string_view text) {
  const auto url = vigie::net::parse_url(text);
  if (!url) { return; }
  const auto again = vigie::net::parse_url(url->text());
  ASSERT(again, "{} came from an address and is none: {}", url->text(), again.error().what);
  ASSERT(again->host == url->host && again->port == url->port && again->target == url->target,
         "{} names another place", url->text());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) { return 0; }
  const size_t step = static_cast<size_t>(data[0]) + 1;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  check_message(WireParser::Kind::request, bytes, step);
  check_message(WireParser::Kind::reply, bytes, step);
  check_url(bytes);
  static_cast<void>(vigie::net::parse_query(bytes));
  ASSERT(vigie::net::url_decode(vigie::net::url_encode(bytes)) == bytes, "escaping loses bytes");
  return 0;
}
