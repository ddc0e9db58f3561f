#include "collect/http_access.h"

#include <fmt/core.h>

#include "collect/exposition.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

constexpr Field kBasicAuth[] = {
    {.name = "username", .help = "the name"},
    {.name = "username_file", .help = "a file that holds the name"},
    {.name = "password", .type = FieldType::secret, .help = "the password"},
    {.name = "password_file", .help = "a file that holds the password"},
};
constexpr Field kAuthorization[] = {
    {.name = "type", .help = "the scheme before the credentials", .fallback = "Bearer"},
    {.name = "credentials", .type = FieldType::secret, .help = "the credentials"},
    {.name = "credentials_file", .help = "a file that holds the credentials"},
};
constexpr Field kTls[] = {
    {.name = "ca_file", .help = "certificates we trust, in PEM"},
    {.name = "cert_file", .help = "our certificate, in PEM"},
    {.name = "key_file", .help = "its key, in PEM"},
    {.name = "server_name", .help = "the name the certificate must carry"},
    {.name = "insecure_skip_verify",
     .type = FieldType::boolean,
     .help = "take any certificate",
     .fallback = "false"},
    {.name = "min_version", .help = "the least TLS version; 1.2 holds always"},
    {.name = "max_version", .help = "the newest TLS version"},
    {.name = "ca", .help = "not taken: write the certificates to a file and name it in ca_file"},
    {.name = "cert", .help = "not taken: write the certificate to a file, name it in cert_file"},
    {.name = "key",
     .type = FieldType::secret,
     .help = "not taken: write the key to a file and name it in key_file"},
};
constexpr Field kFields[] = {
    {.name = "basic_auth",
     .type = FieldType::section,
     .help = "a name and a password",
     .fields = kBasicAuth},
    {.name = "authorization",
     .type = FieldType::section,
     .help = "an Authorization header",
     .fields = kAuthorization},
    {.name = "bearer_token", .type = FieldType::secret, .help = "the older authorization"},
    {.name = "bearer_token_file", .help = "the older authorization, in a file"},
    {.name = "oauth2", .type = FieldType::any, .help = "not taken in this release"},
    {.name = "sigv4", .type = FieldType::any, .help = "not taken in this release"},
    {.name = "azuread", .type = FieldType::any, .help = "not taken in this release"},
    {.name = "follow_redirects",
     .type = FieldType::boolean,
     .help = "whether to follow redirects",
     .fallback = "true"},
    {.name = "enable_http2",
     .type = FieldType::boolean,
     .help = "accepted; HTTP/1.1 is always spoken",
     .fallback = "true"},
    {.name = "tls_config",
     .type = FieldType::section,
     .help = "whom we trust over TLS",
     .fields = kTls},
    {.name = "proxy_url", .type = FieldType::any, .help = "not taken: targets are asked directly"},
    {.name = "no_proxy", .type = FieldType::any, .help = "not taken: targets are asked directly"},
    {.name = "proxy_from_environment",
     .type = FieldType::boolean,
     .help = "not taken: targets are asked directly",
     .fallback = "false"},
    {.name = "proxy_connect_header",
     .type = FieldType::any,
     .help = "not taken: targets are asked directly"},
    {.name = "http_headers",
     .type = FieldType::any,
     .help = "more headers: values, secrets, files"},
};

/// `{file: path}`, so that a file is read again whenever it is used.
Node file_reference(const std::string& path, const config::Place& place) {
  return Node::map({{Node::scalar("file"), Node::scalar(path, true, place)}}, place);
}

/// The secret under `key`, or the file under `key`_file; complains when both are written.
Node secret_or_file(const Settings& settings, std::string_view key, Problems& problems) {
  const std::string file_key = std::string(key) + "_file";
  const std::string path = settings.text(file_key);
  if (settings.has(key) && !path.empty()) {
    problems.error(settings.place_of(file_key),
                   fmt::format("at most one of {} and {} may be written", key, file_key));
  }
  if (!path.empty()) { return file_reference(path, settings.place_of(file_key)); }
  return settings.has(key) ? settings.node(key) : Node();
}

void read_authorization(const Settings& settings, HttpAccess& access, Problems& problems) {
  if (settings.has("basic_auth")) {
    const Settings basic = settings.section("basic_auth");
    access.user = basic.text("username");
    access.password = secret_or_file(basic, "password", problems);
    if (basic.has("username_file")) {
      problems.error(basic.place_of("username_file"),
                     "username_file is not taken in this release; write the name in username");
    }
  }
  if (settings.has("authorization")) {
    const Settings section = settings.section("authorization");
    access.authorization = section.text("type");
    access.credentials = secret_or_file(section, "credentials", problems);
    if (access.authorization.empty()) { access.authorization = "Bearer"; }
    if (access.authorization == "basic" || access.authorization == "Basic") {
      problems.error(section.place_of("type"), "authorization of type basic belongs in basic_auth");
    }
  }
  if (settings.has("bearer_token") || settings.has("bearer_token_file")) {
    access.authorization = "Bearer";
    access.credentials = secret_or_file(settings, "bearer_token", problems);
  }
  int ways = 0;
  ways += settings.has("basic_auth") ? 1 : 0;
  ways += settings.has("authorization") ? 1 : 0;
  ways += settings.has("bearer_token") || settings.has("bearer_token_file") ? 1 : 0;
  if (ways > 1) {
    problems.error(settings.place(),
                   "at most one of basic_auth, authorization and bearer_token may be written");
  }
}

void read_tls(const Settings& tls, HttpAccess& access, Problems& problems) {
  access.tls.ca_file = tls.text("ca_file");
  access.tls.cert_file = tls.text("cert_file");
  access.tls.key_file = tls.text("key_file");
  access.tls.server_name = tls.text("server_name");
  access.tls.insecure_skip_verify = tls.boolean("insecure_skip_verify");
  if (access.tls.cert_file.empty() != access.tls.key_file.empty()) {
    problems.error(tls.place(), "cert_file and key_file go together");
  }
  for (const std::string_view key : {"ca", "cert", "key"}) {
    if (!tls.has(key)) { continue; }
    problems.error(tls.place_of(key), fmt::format("{} inside the book is not taken", key),
                   fmt::format("write it to a file and name it in {}_file", key));
  }
}

void read_headers(const Node& node, HttpAccess& access, Problems& problems) {
  if (node.is_null()) { return; }
  if (!node.is_map()) {
    problems.error(node.place(), "http_headers must be a map of names to values, secrets, files");
    return;
  }
  for (const auto& [name, entry] : node.entries()) {
    for (const auto& [kind, list] : entry.entries()) {
      const bool file = kind.text() == "files";
      if (!file && kind.text() != "values" && kind.text() != "secrets") {
        problems.error(kind.place(), "a header has values, secrets and files only");
        continue;
      }
      for (const Node& value : list.items()) {
        access.headers.emplace_back(name.text(),
                                    file ? file_reference(value.text(), value.place()) : value);
      }
    }
  }
}

std::string in_book(const std::string& path, const config::Secrets& secrets) {
  if (path.empty() || path.front() == '/' || secrets.dir().empty()) { return path; }
  return secrets.dir() + "/" + path;
}

}  // namespace

std::span<const Field> http_access_fields() {
  return kFields;
}

HttpAccess read_http_access(const Settings& settings, Problems& problems) {
  HttpAccess access;
  for (const std::string_view key :
       {"oauth2", "sigv4", "azuread", "proxy_url", "no_proxy", "proxy_connect_header"}) {
    if (!settings.has(key)) { continue; }
    problems.error(settings.place_of(key), fmt::format("{} is not taken in this release", key));
  }
  if (settings.boolean("proxy_from_environment")) {
    problems.error(settings.place_of("proxy_from_environment"),
                   "proxy_from_environment is not taken in this release");
  }
  read_authorization(settings, access, problems);
  if (settings.has("tls_config")) { read_tls(settings.section("tls_config"), access, problems); }
  read_headers(settings.node("http_headers"), access, problems);
  access.follow_redirects = settings.boolean("follow_redirects");
  return access;
}

Status authorize(const HttpAccess& access, const config::Secrets& secrets,
                 net::HttpRequest& request) {
  if (!access.user.empty() || !access.password.is_null()) {
    std::string password;
    if (!access.password.is_null()) {
      Result<std::string> resolved = secrets.resolve(access.password).context("basic_auth");
      if (!resolved) { return std::move(resolved).error(); }
      password = *std::move(resolved);
    }
    request.headers.set("Authorization", "Basic " + base64(access.user + ":" + password));
  }
  if (!access.credentials.is_null()) {
    Result<std::string> resolved = secrets.resolve(access.credentials).context("authorization");
    if (!resolved) { return std::move(resolved).error(); }
    request.headers.set("Authorization", access.authorization + " " + *resolved);
  }
  for (const auto& [name, node] : access.headers) {
    Result<std::string> value = secrets.resolve(node).context("http_headers");
    if (!value) { return std::move(value).error(); }
    request.headers.add(name, *std::move(value));
  }
  return ok();
}

net::HttpOptions options_of(const HttpAccess& access, const config::Secrets& secrets) {
  net::HttpOptions options;
  options.tls = access.tls;
  options.tls.ca_file = in_book(access.tls.ca_file, secrets);
  options.tls.cert_file = in_book(access.tls.cert_file, secrets);
  options.tls.key_file = in_book(access.tls.key_file, secrets);
  options.follow_redirects = access.follow_redirects;
  options.accept_gzip = access.accept_gzip;
  return options;
}

std::string base64(std::string_view bytes) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (size_t i = 0; i < bytes.size(); i += 3) {
    const size_t left = std::min<size_t>(3, bytes.size() - i);
    uint32_t word = 0;
    for (size_t k = 0; k < 3; ++k) {
      word = word << 8 | (k < left ? static_cast<unsigned char>(bytes[i + k]) : 0U);
    }
    for (size_t k = 0; k < 4; ++k) { out += k <= left ? kDigits[word >> (18 - 6 * k) & 63] : '='; }
  }
  return out;
}

}  // namespace vigie::collect
