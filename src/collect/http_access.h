#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "config/field.h"
#include "config/node.h"
#include "config/problems.h"
#include "config/secrets.h"
#include "net/net.h"

namespace vigie::collect {

/// How to ask over HTTP: who we are, whom we trust, where we follow. Prometheus' HTTP client
/// settings; secrets stay references until the moment of use.
struct HttpAccess {
  std::string user;
  config::Node password;      ///< {file: …}, {env: …} or text; null when there is none.
  std::string authorization;  ///< The scheme before the credentials: "Bearer".
  config::Node credentials;
  net::TlsSettings tls;
  bool follow_redirects = true;
  bool accept_gzip = true;
  /// http_headers: values, secrets and files in this order.
  std::vector<std::pair<std::string, config::Node>> headers;
  std::string text;  ///< One line for comparing; never shown.
};

/// The keys of a scrape_config that make an HttpAccess.
std::span<const config::Field> http_access_fields();

/// Reads those keys from a section validated with http_access_fields().
HttpAccess read_http_access(const config::Settings& settings, config::Problems& problems);

/// Puts the credentials and headers on a request. Errors name the setting, never the secret.
Status authorize(const HttpAccess& access, const config::Secrets& secrets,
                 net::HttpRequest& request);
/// The options of an exchange; paths of certificates become relative to the book.
net::HttpOptions options_of(const HttpAccess& access, const config::Secrets& secrets);

/// Standard base64, with padding.
std::string base64(std::string_view bytes);

}  // namespace vigie::collect
