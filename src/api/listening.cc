#include "api/listening.h"

#include <fmt/core.h>

#include <algorithm>

#include "api/api.h"

namespace vigie::api {

std::string_view host_of(std::string_view address) {
  if (address.starts_with('[')) {
    return address.substr(1, std::min(address.find(']'), address.size()) - 1);
  }
  return address.substr(0, std::min(address.rfind(':'), address.size()));
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

void check_book(const config::Node& root, config::Problems& problems) {
  const config::Node listen = root["listen"];
  // What is no address has been reported as that.
  if (!config::parse_host_port(listen.text()) || root["tls"].is_map()) { return; }
  if (is_loopback(host_of(listen.text()))) { return; }
  problems.error(
      listen.place(),
      fmt::format("\"listen\" is {}, beyond this machine, and there is no \"tls\"", listen.shown()),
      "give a certificate and key, or listen on 127.0.0.1 and forward a port over ssh");
}

}  // namespace vigie::api
