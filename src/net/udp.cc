#include <cerrno>
#include <cstring>

#include "net/endpoint.h"
#include "net/net.h"

namespace vigie::net {

namespace {
constexpr size_t kDatagramMax = 64 << 10;
}  // namespace

Task<Result<std::string>> exchange_udp(Loop& loop, std::string address, std::string bytes,
                                       MonoTime deadline) {
  VIGIE_CO_TRY(const HostPort peer, split_address(address));
  VIGIE_CO_TRY(const std::vector<Endpoint> found,
               co_await resolve_endpoints(loop, peer.host, peer.port, deadline));
  const Endpoint& to = found.front();
  const int fd = ::socket(to.family(), SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { co_return error(Code::exhausted, "no socket for a datagram"); }
  Descriptor socket(loop, fd);
  const auto failed = [&] {
    return error(Code::unavailable, fmt::format("{}: {}", address, std::strerror(errno)));
  };
  // Connected, so that only this peer's answer is heard, and a refusal as well.
  if (::connect(fd, to.get(), to.size) != 0) { co_return failed(); }
  if (::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) { co_return failed(); }
  std::string answer(kDatagramMax, '\0');
  while (true) {
    const ssize_t got = ::recv(fd, answer.data(), answer.size(), 0);
    if (got >= 0) {
      answer.resize(static_cast<size_t>(got));
      co_return answer;
    }
    if (errno != EAGAIN && errno != EINTR) { co_return failed(); }
    Status ready = co_await socket.readable(deadline);
    VIGIE_CO_CHECK(std::move(ready).context(address));
  }
}

}  // namespace vigie::net
