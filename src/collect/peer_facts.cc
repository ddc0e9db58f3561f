#include "collect/peer_facts.h"

#include <arpa/inet.h>
#include <fmt/core.h>

#include <algorithm>
#include <chrono>

#include "config/values.h"

namespace vigie::collect {

namespace {

uint32_t fnv1a(std::string_view bytes) {
  uint32_t hash = 2'166'136'261U;
  for (const char c : bytes) { hash = (hash ^ static_cast<unsigned char>(c)) * 16'777'619U; }
  return hash;
}

/// The 4 or 16 bytes of an address; "" for what is none.
std::string bytes_of_ip(const std::string& ip) {
  char bytes[16];
  if (inet_pton(AF_INET, ip.c_str(), bytes) == 1) { return {bytes, 4}; }
  if (inet_pton(AF_INET6, ip.c_str(), bytes) == 1) { return {bytes, 16}; }
  return "";
}

std::optional<unsigned> number(std::string_view text, size_t from, size_t size) {
  unsigned out = 0;
  for (const char c : text.substr(from, size)) {
    if (c < '0' || c > '9') { return std::nullopt; }
    out = out * 10 + static_cast<unsigned>(c - '0');
  }
  return out;
}

}  // namespace

void tell_lookup(Nanos took, TextWriter& out) {
  out.gauge("probe_dns_lookup_time_seconds", "Time until the name's addresses were known.",
            std::chrono::duration<double>(took).count());
}

void tell_address(std::string_view ip, TextWriter& out) {
  const std::string bytes = bytes_of_ip(std::string(ip));
  if (bytes.empty()) { return; }
  out.gauge("probe_ip_protocol", "4 or 6: the version of IP that was spoken.",
            bytes.size() == 4 ? 4 : 6);
  out.gauge("probe_ip_addr_hash", "FNV-1a of the address, to see that it changed.", fnv1a(bytes));
}

std::string ip_of_peer(std::string_view peer) {
  const auto parsed = config::parse_host_port(peer);
  return parsed ? parsed->host : std::string();
}

Task<Result<std::unique_ptr<net::Stream>>> connect_and_tell(Loop* loop, std::string address,
                                                            MonoTime deadline, TextWriter* out) {
  const auto parsed = config::parse_host_port(address);
  if (address.starts_with("unix:") || !parsed) {
    Result<std::unique_ptr<net::Stream>> stream = co_await net::connect(*loop, address, deadline);
    co_return stream;
  }
  const MonoTime began = loop->clock().mono();
  VIGIE_CO_TRY(const std::vector<std::string> found,
               co_await net::resolve(*loop, parsed->host, deadline));
  tell_lookup(loop->clock().mono() - began, *out);
  Result<std::unique_ptr<net::Stream>> last =
      error(Code::unavailable, parsed->host + " has no address");
  for (size_t i = 0; i < found.size(); ++i) {
    const MonoTime now = loop->clock().mono();
    const MonoTime share = now + (deadline - now) / static_cast<int64_t>(found.size() - i);
    const bool v6 = found[i].find(':') != std::string::npos;
    const std::string to = v6 ? fmt::format("[{}]:{}", found[i], parsed->port)
                              : fmt::format("{}:{}", found[i], parsed->port);
    last = co_await net::connect(*loop, to, share);
    if (last) {
      tell_address(found[i], *out);
      break;
    }
    if (last.error().code == Code::cancelled || loop->clock().mono() >= deadline) { break; }
  }
  co_return std::move(last);
}

std::optional<WallTime> parse_http_date(std::string_view text) {
  namespace chr = std::chrono;
  constexpr std::string_view kShape = "ddd, 00 mmm 0000 00:00:00 GMT";
  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  if (text.size() != kShape.size() || !text.ends_with(" GMT")) { return std::nullopt; }
  const size_t month = kMonths.find(text.substr(8, 3));
  const auto day = number(text, 5, 2), year = number(text, 12, 4), hour = number(text, 17, 2),
             minute = number(text, 20, 2), second = number(text, 23, 2);
  if (month == std::string_view::npos || month % 3 != 0) { return std::nullopt; }
  if (!day || !year || !hour || !minute || !second) { return std::nullopt; }
  const chr::year_month_day date{chr::year{static_cast<int>(*year)},
                                 chr::month{static_cast<unsigned>(month / 3 + 1)}, chr::day{*day}};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) { return std::nullopt; }
  const auto since = chr::sys_days{date}.time_since_epoch() + chr::hours{*hour} +
                     chr::minutes{*minute} + chr::seconds{*second};
  return wall_from_millis(chr::duration_cast<Millis>(since).count());
}

}  // namespace vigie::collect
