#include "oncall/http_config.h"

#include <openssl/evp.h>

#include <filesystem>
#include <vector>

namespace vigie::oncall {

namespace {

std::string base64(std::string_view text) {
  std::vector<unsigned char> out(4 * ((text.size() + 2) / 3) + 1);
  const int size = EVP_EncodeBlock(out.data(), reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  return {out.begin(), out.begin() + size};
}

config::Node file_reference(const std::string& path) {
  return config::Node::map({{config::Node::scalar("file"), config::Node::scalar(path)}});
}

std::string beside_book(const std::string& path, const config::Secrets& secrets) {
  if (path.empty() || path.front() == '/') { return path; }
  return (std::filesystem::path(secrets.dir()) / path).string();
}

}  // namespace

Result<std::string> secret_or_file(const config::Settings& settings, std::string_view name,
                                   const config::Secrets& secrets) {
  if (settings.has(name)) { return secrets.resolve(settings.node(name)); }
  const std::string path = settings.text(std::string(name) + "_file");
  if (path.empty()) { return std::string(); }
  return secrets.resolve(file_reference(path));
}

net::TlsSettings read_tls(const config::Settings& settings, const config::Secrets& secrets) {
  return {.ca_file = beside_book(settings.text("ca_file"), secrets),
          .cert_file = beside_book(settings.text("cert_file"), secrets),
          .key_file = beside_book(settings.text("key_file"), secrets),
          .server_name = settings.text("server_name"),
          .insecure_skip_verify = settings.boolean("insecure_skip_verify")};
}

Status apply_http_config(const config::Settings& settings, const config::Secrets& secrets,
                         net::HttpRequest& request, net::HttpOptions& options) {
  options.follow_redirects = settings.boolean("follow_redirects");
  options.tls = read_tls(settings.section("tls_config"), secrets);
  if (settings.has("basic_auth")) {
    const config::Settings basic = settings.section("basic_auth");
    std::string user = basic.text("username");
    if (user.empty() && !basic.text("username_file").empty()) {
      VIGIE_TRY(user, secrets.resolve(file_reference(basic.text("username_file"))));
    }
    VIGIE_TRY(const std::string password, secret_or_file(basic, "password", secrets));
    request.headers.set("Authorization", "Basic " + base64(user + ":" + password));
  }
  if (settings.has("authorization")) {
    const config::Settings own = settings.section("authorization");
    VIGIE_TRY(const std::string credentials, secret_or_file(own, "credentials", secrets));
    request.headers.set("Authorization", own.text("type") + " " + credentials);
  }
  VIGIE_TRY(const std::string token, secret_or_file(settings, "bearer_token", secrets));
  if (!token.empty()) { request.headers.set("Authorization", "Bearer " + token); }
  return ok();
}

}  // namespace vigie::oncall
