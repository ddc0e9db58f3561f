#include "net/endpoint.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <algorithm>
#include <charconv>
#include <cstring>

namespace vigie::net {

void Endpoint::set_port(uint16_t port) {
  if (family() == AF_INET) {
    reinterpret_cast<sockaddr_in*>(&address)->sin_port = htons(port);
  } else if (family() == AF_INET6) {
    reinterpret_cast<sockaddr_in6*>(&address)->sin6_port = htons(port);
  }
}

uint16_t Endpoint::port() const {
  if (family() == AF_INET) {
    return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
  }
  if (family() == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return 0;
}

std::string Endpoint::host() const {
  char text[INET6_ADDRSTRLEN] = {};
  if (family() == AF_INET) {
    inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&address)->sin_addr, text,
              sizeof text);
  } else if (family() == AF_INET6) {
    inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&address)->sin6_addr, text,
              sizeof text);
  }
  return text;
}

std::string Endpoint::text() const {
  if (family() == AF_INET) { return fmt::format("{}:{}", host(), port()); }
  if (family() == AF_INET6) { return fmt::format("[{}]:{}", host(), port()); }
  return "unix";
}

Result<HostPort> split_address(std::string_view address) {
  const auto wrong = [&] {
    return error(Code::invalid, fmt::format("\"{}\" is not host:port", address));
  };
  const size_t colon = address.rfind(':');
  if (colon == std::string_view::npos) { return wrong(); }
  HostPort out;
  const std::string_view port = address.substr(colon + 1);
  const auto [end, failed] = std::from_chars(port.data(), port.data() + port.size(), out.port);
  if (failed != std::errc{} || end != port.data() + port.size()) { return wrong(); }
  std::string_view host = address.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) { return wrong(); }
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong();
  }
  out.host = host;
  return out;
}

Result<Endpoint> unix_endpoint(const std::string& path) {
  Endpoint out;
  auto* const to = reinterpret_cast<sockaddr_un*>(&out.address);
  if (path.empty() || path.size() >= sizeof to->sun_path) {
    return error(Code::invalid, fmt::format("a socket's path has 1 to {} bytes: \"{}\"",
                                            sizeof to->sun_path - 1, path));
  }
  to->sun_family = AF_UNIX;
  std::memcpy(to->sun_path, path.c_str(), path.size() + 1);
  out.size = sizeof(sockaddr_un);
  return out;
}

Result<Endpoint> numeric_endpoint(const std::string& host, uint16_t port) {
  Endpoint out;
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&out.address);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&out.address);
  if (inet_pton(AF_INET, host.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    out.size = sizeof(sockaddr_in);
  } else if (inet_pton(AF_INET6, host.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    out.size = sizeof(sockaddr_in6);
  } else {
    return error(Code::invalid, fmt::format("\"{}\" is not an address in figures", host));
  }
  out.set_port(port);
  return out;
}

}  // namespace vigie::net
