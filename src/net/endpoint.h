#pragma once

#include <sys/socket.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "net/connection.h"

namespace vigie::net {

/// A socket address of any family.
struct Endpoint {
  sockaddr_storage address{};
  socklen_t size = 0;
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&address); }
  int family() const { return address.ss_family; }
  void set_port(uint16_t port);
  uint16_t port() const;
  std::string host() const;  ///< "127.0.0.1", "::1".
  std::string text() const;  ///< "127.0.0.1:80", "[::1]:80", "unix".
};

/// "host:port", "[::1]:80": both parts, or `invalid`.
struct HostPort {
  std::string host;
  uint16_t port = 0;
};
Result<HostPort> split_address(std::string_view address);

Result<Endpoint> unix_endpoint(const std::string& path);
/// An address in figures; nothing is looked up.
Result<Endpoint> numeric_endpoint(const std::string& host, uint16_t port);
/// IPv4 first. `unavailable` when the name has no address or nobody answers for it.
Task<Result<std::vector<Endpoint>>> resolve_endpoints(Loop& loop, std::string host, uint16_t port,
                                                      MonoTime deadline);
/// Tries them in order; each gets its share of the time that is left.
/// `what` names the peer in errors. `unavailable`, `timeout`, `cancelled`.
Task<Result<std::unique_ptr<Connection>>> dial(Loop& loop, std::vector<Endpoint> endpoints,
                                               std::string what, MonoTime deadline);

}  // namespace vigie::net
