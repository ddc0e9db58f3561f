#pragma once

#include <string>

#include "base/result.h"
#include "config/field.h"
#include "config/secrets.h"
#include "net/net.h"

/// The part of Alertmanager's `http_config` and `tls_config` that this room acts on.
namespace vigie::oncall {

inline constexpr config::Field kTlsConfigFields[] = {
    {.name = "ca_file", .help = "PEM file of the authorities to trust; without it the system's"},
    {.name = "cert_file", .help = "PEM file with the client's certificate"},
    {.name = "key_file", .help = "PEM file with the client's key"},
    {.name = "server_name", .help = "the name the server's certificate must have"},
    {.name = "insecure_skip_verify",
     .type = config::FieldType::boolean,
     .help = "trusts any certificate",
     .fallback = "false"},
    {.name = "min_version", .help = "least version of TLS", .later = true},
    {.name = "max_version", .help = "most version of TLS", .later = true},
};

inline constexpr config::Field kBasicAuthFields[] = {
    {.name = "username", .help = "user name"},
    {.name = "username_file", .help = "file with the user name"},
    {.name = "password", .type = config::FieldType::secret, .help = "password"},
    {.name = "password_file", .help = "file with the password"},
};

inline constexpr config::Field kAuthorizationFields[] = {
    {.name = "type", .help = "scheme of the Authorization header", .fallback = "Bearer"},
    {.name = "credentials", .type = config::FieldType::secret, .help = "what follows the scheme"},
    {.name = "credentials_file", .help = "file with what follows the scheme"},
};

inline constexpr config::Field kHttpConfigFields[] = {
    {.name = "basic_auth",
     .type = config::FieldType::section,
     .help = "user name and password",
     .fields = kBasicAuthFields},
    {.name = "authorization",
     .type = config::FieldType::section,
     .help = "an Authorization header",
     .fields = kAuthorizationFields},
    {.name = "bearer_token", .type = config::FieldType::secret, .help = "older form of it"},
    {.name = "bearer_token_file", .help = "file with the token"},
    {.name = "tls_config",
     .type = config::FieldType::section,
     .help = "how to trust and be trusted",
     .fields = kTlsConfigFields},
    {.name = "follow_redirects",
     .type = config::FieldType::boolean,
     .help = "goes where the server sends it",
     .fallback = "true"},
    {.name = "enable_http2",
     .type = config::FieldType::boolean,
     .help = "HTTP/1.1 is spoken whatever this says",
     .fallback = "true"},
    {.name = "proxy_url", .help = "a proxy", .later = true},
    {.name = "no_proxy", .help = "hosts without the proxy", .later = true},
    {.name = "proxy_from_environment",
     .type = config::FieldType::boolean,
     .help = "proxy as the environment says",
     .later = true},
    {.name = "proxy_connect_header",
     .type = config::FieldType::any,
     .help = "headers for the proxy",
     .later = true},
    {.name = "oauth2", .type = config::FieldType::any, .help = "OAuth 2.0", .later = true},
    {.name = "http_headers",
     .type = config::FieldType::any,
     .help = "further headers",
     .later = true},
};

/// A secret written under `name`, or the content of the file named under `<name>_file`; "" when
/// neither is written.
Result<std::string> secret_or_file(const config::Settings& settings, std::string_view name,
                                   const config::Secrets& secrets);
/// Paths are relative to the book.
net::TlsSettings read_tls(const config::Settings& settings, const config::Secrets& secrets);
/// Adds the headers of an http_config and sets the options.
Status apply_http_config(const config::Settings& settings, const config::Secrets& secrets,
                         net::HttpRequest& request, net::HttpOptions& options);

}  // namespace vigie::oncall
