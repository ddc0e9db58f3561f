#include <netinet/in.h>
#include <netinet/tcp.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "net/endpoint.h"

namespace vigie::net {

namespace {

using Dialled = Result<std::unique_ptr<Connection>>;

Error refused(const std::string& what, int number) {
  return error(number == EACCES || number == EPERM ? Code::denied : Code::unavailable,
               fmt::format("cannot connect to {}: {}", what, std::strerror(number)));
}

Task<Dialled> dial_one(Loop& loop, Endpoint endpoint, std::string what, MonoTime deadline) {
  const int fd = ::socket(endpoint.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) {
    co_return error(Code::exhausted, fmt::format("no socket: {}", std::strerror(errno)));
  }
  auto connection = std::make_unique<Connection>(loop, fd, endpoint.text());
  const int on = 1;
  if (endpoint.family() != AF_UNIX) { ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); }
  if (::connect(fd, endpoint.get(), endpoint.size) != 0) {
    // A unix socket with a full queue says EAGAIN, and nothing tells when to try again.
    if (errno != EINPROGRESS) { co_return refused(what, errno); }
    Status ready = co_await connection->descriptor().writable(deadline);
    VIGIE_CO_CHECK(std::move(ready).context("connecting to " + what));
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) { co_return refused(what, number); }
  }
  co_return Dialled(std::move(connection));
}

}  // namespace

Task<Dialled> dial(Loop& loop, std::vector<Endpoint> endpoints, std::string what,
                   MonoTime deadline) {
  Dialled last = error(Code::unavailable, what + " has no address");
  for (size_t i = 0; i < endpoints.size(); ++i) {
    const MonoTime now = loop.clock().mono();
    const auto left = static_cast<int64_t>(endpoints.size() - i);
    const MonoTime share =
        left == 1 || deadline == MonoTime::max() ? deadline : now + (deadline - now) / left;
    last = co_await dial_one(loop, endpoints[i], what, share);
    if (last || last.error().code == Code::cancelled || loop.clock().mono() >= deadline) { break; }
  }
  co_return std::move(last);
}

}  // namespace vigie::net
