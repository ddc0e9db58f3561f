#include "net/listen.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace vigie::net {

namespace {

constexpr int kBacklog = 4096;

Error cannot_listen(std::string_view address, int number) {
  return error(number == EADDRINUSE ? Code::conflict : Code::io,
               fmt::format("cannot listen on {}: {}", address, std::strerror(number)));
}

Result<Endpoint> endpoint_of(std::string_view address) {
  VIGIE_TRY(HostPort at, split_address(address));
  if (at.host == "localhost") { at.host = "127.0.0.1"; }
  if (at.host.empty()) { at.host = "0.0.0.0"; }
  return numeric_endpoint(at.host, at.port);
}

/// Whether somebody still accepts at this path.
bool is_alive(const Endpoint& endpoint) {
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  const bool refused = ::connect(fd, endpoint.get(), endpoint.size) != 0 && errno == ECONNREFUSED;
  ::close(fd);
  return !refused;
}

}  // namespace

Result<Listening> listen_tcp(std::string_view address) {
  Result<Endpoint> at = endpoint_of(address);
  if (!at) { return std::move(at).error().context("cannot listen"); }
  const int fd = ::socket(at->family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { return cannot_listen(address, errno); }
  const int on = 1;
  ::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  Endpoint bound;
  bound.size = sizeof bound.address;
  if (::bind(fd, at->get(), at->size) != 0 || ::listen(fd, kBacklog) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound.address), &bound.size) != 0) {
    const int number = errno;
    ::close(fd);
    return cannot_listen(address, number);
  }
  return Listening{.fd = fd, .port = bound.port()};
}

Result<Listening> listen_unix_at(const std::string& path) {
  VIGIE_TRY(const Endpoint at, unix_endpoint(path));
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) {
    if (!S_ISSOCK(info.st_mode)) {
      return error(Code::conflict, fmt::format("cannot listen on {}: it is a file", path));
    }
    if (is_alive(at)) { return cannot_listen(path, EADDRINUSE); }
    ::unlink(path.c_str());
  }
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (fd < 0) { return cannot_listen(path, errno); }
  // Before bind, so that the path never has a wider mode, not even for a moment.
  ::fchmod(fd, S_IRUSR | S_IWUSR);
  if (::bind(fd, at.get(), at.size) != 0 || ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 ||
      ::listen(fd, kBacklog) != 0) {
    const int number = errno;
    ::close(fd);
    return cannot_listen(path, number);
  }
  return Listening{.fd = fd};
}

Result<Accepted> accept_one(int fd) {
  Endpoint from;
  from.size = sizeof from.address;
  Accepted out;
  out.fd = ::accept4(fd, reinterpret_cast<sockaddr*>(&from.address), &from.size,
                     SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (out.fd < 0) {
    const bool scarce = errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM;
    if (scarce) {
      return error(Code::exhausted, fmt::format("cannot accept: {}", std::strerror(errno)));
    }
    return out;
  }
  out.peer = from.text();
  if (from.family() == AF_UNIX) {
    ucred who{};
    socklen_t size = sizeof who;
    if (::getsockopt(out.fd, SOL_SOCKET, SO_PEERCRED, &who, &size) == 0) { out.uid = who.uid; }
  } else {
    const int on = 1;
    ::setsockopt(out.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  }
  return out;
}

}  // namespace vigie::net
