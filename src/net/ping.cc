#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>

#include <atomic>
#include <cerrno>
#include <cstring>

#include "net/endpoint.h"
#include "net/net.h"

namespace vigie::net {

namespace {

constexpr std::string_view kPayload = "vigie echo; is anybody there?";
constexpr size_t kHeaderBytes = 8;
constexpr size_t kPacketMax = 2048;

/// What makes an answer ours. The kernel replaces `id` on unprivileged sockets.
struct Echo {
  uint16_t id = 0;
  uint16_t sequence = 0;
  bool raw = false;
  bool v6 = false;
};

uint16_t checksum(std::string_view bytes) {
  uint32_t sum = 0;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const uint32_t high = static_cast<unsigned char>(bytes[i]);
    const uint32_t low = i + 1 < bytes.size() ? static_cast<unsigned char>(bytes[i + 1]) : 0u;
    sum += high << 8 | low;
  }
  while (sum >> 16 != 0) { sum = (sum & 0xffff) + (sum >> 16); }
  return static_cast<uint16_t>(~sum);
}

void put16(std::string& bytes, size_t at, uint16_t value) {
  bytes[at] = static_cast<char>(value >> 8);
  bytes[at + 1] = static_cast<char>(value & 0xff);
}

uint16_t get16(std::string_view bytes, size_t at) {
  return static_cast<uint16_t>(static_cast<unsigned char>(bytes[at]) << 8 |
                               static_cast<unsigned char>(bytes[at + 1]));
}

std::string request_of(const Echo& echo) {
  std::string out(kHeaderBytes, '\0');
  out[0] = static_cast<char>(echo.v6 ? ICMP6_ECHO_REQUEST : ICMP_ECHO);
  put16(out, 4, echo.id);
  put16(out, 6, echo.sequence);
  out += kPayload;
  // For IPv6 the kernel does the sum: it covers addresses that only it knows.
  if (!echo.v6) { put16(out, 2, checksum(out)); }
  return out;
}

bool is_answer(std::string_view packet, const Echo& echo) {
  // Only raw IPv4 sockets see the IP header.
  if (echo.raw && !echo.v6) {
    if (packet.empty()) { return false; }
    const size_t header = (static_cast<unsigned char>(packet[0]) & 15u) * 4u;
    packet.remove_prefix(std::min(header, packet.size()));
  }
  if (packet.size() < kHeaderBytes) { return false; }
  const auto type = static_cast<unsigned char>(packet[0]);
  return type == (echo.v6 ? ICMP6_ECHO_REPLY : ICMP_ECHOREPLY) &&
         get16(packet, 6) == echo.sequence && (!echo.raw || get16(packet, 4) == echo.id) &&
         packet.substr(kHeaderBytes) == kPayload;
}

int open_socket(int family, Echo& echo) {
  const int protocol = family == AF_INET6 ? int{IPPROTO_ICMPV6} : int{IPPROTO_ICMP};
  const int flags = SOCK_NONBLOCK | SOCK_CLOEXEC;
  const int plain = ::socket(family, SOCK_DGRAM | flags, protocol);
  if (plain >= 0) { return plain; }
  echo.raw = true;
  return ::socket(family, SOCK_RAW | flags, protocol);
}

}  // namespace

Task<Result<Nanos>> ping(Loop& loop, std::string host, MonoTime deadline) {
  static std::atomic<uint32_t> last{0};
  VIGIE_CO_TRY(const std::vector<Endpoint> found,
               co_await resolve_endpoints(loop, host, 0, deadline));
  const Endpoint& to = found.front();
  const uint32_t number =
      last.fetch_add(1) + static_cast<uint32_t>(loop.clock().mono().time_since_epoch().count());
  Echo echo{.id = static_cast<uint16_t>(number >> 16),
            .sequence = static_cast<uint16_t>(number),
            .v6 = to.family() == AF_INET6};
  const int fd = open_socket(to.family(), echo);
  if (fd < 0) {
    co_return error(Code::denied,
                    "ping is not allowed: grant CAP_NET_RAW or net.ipv4.ping_group_range");
  }
  Descriptor socket(loop, fd);
  const auto failed = [&] {
    return error(Code::unavailable, fmt::format("ping {}: {}", host, std::strerror(errno)));
  };
  if (::connect(fd, to.get(), to.size) != 0) { co_return failed(); }
  const MonoTime began = loop.clock().mono();
  const std::string request = request_of(echo);
  if (::send(fd, request.data(), request.size(), MSG_NOSIGNAL) < 0) { co_return failed(); }
  while (true) {
    char packet[kPacketMax];
    const ssize_t got = ::recv(fd, packet, sizeof packet, 0);
    if (got >= 0) {
      if (is_answer({packet, static_cast<size_t>(got)}, echo)) {
        co_return loop.clock().mono() - began;
      }
      // Others' packets may come without pause.
      if (loop.clock().mono() < deadline) { continue; }
      co_return error(Code::timeout, "ping " + host + ": no answer before the deadline");
    }
    if (errno != EAGAIN && errno != EINTR) { co_return failed(); }
    Status ready = co_await socket.readable(deadline);
    VIGIE_CO_CHECK(std::move(ready).context("ping " + host));
  }
}

}  // namespace vigie::net
