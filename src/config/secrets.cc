#include "config/secrets.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "config/source.h"

namespace vigie::config {

namespace {

constexpr size_t kSecretBytesMax = 64 * 1024;

Result<std::string> secret_file(const std::string& dir, const std::string& name) {
  if (name.empty()) { return error(Code::invalid, "the secret's file has no name"); }
  const std::string path = name.starts_with('/') || dir.empty() ? name : dir + "/" + name;
  Result<std::string> content = read_source(path, kSecretBytesMax);
  if (!content) {
    return std::move(content).error().context(fmt::format("the secret's file {}", name));
  }
  // Editors close a file with a line feed that is no part of the secret.
  if (content->ends_with('\n')) { content->pop_back(); }
  if (content->ends_with('\r')) { content->pop_back(); }
  return content;
}

}  // namespace

Result<std::string> Secrets::resolve(const Node& node) const {
  if (node.is_scalar()) { return node.text(); }
  const bool single = node.is_map() && node.size() == 1;
  if (single && node["env"].is_scalar()) {
    const std::string& name = node["env"].text();
    const std::optional<std::string_view> value = environment_.get(name);
    if (!value) { return error(Code::not_found, fmt::format("variable {} is not set", name)); }
    return std::string(*value);
  }
  if (single && node["file"].is_scalar()) { return secret_file(dir_, node["file"].text()); }
  if (node.is_null()) { return error(Code::not_found, "no secret is given"); }
  return error(Code::invalid, "a secret is {env: NAME}, {file: path} or text");
}

bool is_secret_key(std::string_view key) {
  constexpr std::array<std::string_view, 25> kSecretKeys{"password",
                                                         "token",
                                                         "secret",
                                                         "api_key",
                                                         "apikey",
                                                         "bearer_token",
                                                         "credentials",
                                                         "auth_token",
                                                         "auth_password",
                                                         "auth_secret",
                                                         "client_secret",
                                                         "service_key",
                                                         "routing_key",
                                                         "secret_key",
                                                         "bot_token",
                                                         "user_key",
                                                         "app_secret",
                                                         "private_key",
                                                         "smtp_auth_password",
                                                         "smtp_auth_secret",
                                                         "api_url",
                                                         "slack_api_url",
                                                         "api_secret",
                                                         "passphrase",
                                                         "access_key"};
  std::string folded(key);
  std::ranges::replace(folded, '-', '_');
  const bool listed = std::ranges::find(kSecretKeys, folded) != kSecretKeys.end();
  return listed || folded.ends_with("_password") || folded.ends_with("_token") ||
         folded.ends_with("_secret") || folded.ends_with("_api_key") ||
         folded.ends_with("webhook_url");
}

namespace {

/// "https://ana:pw@host" → "https://ana:<secret>@host".
std::string without_password(const std::string& text) {
  const size_t scheme = text.find("://");
  if (scheme == std::string::npos) { return text; }
  const size_t end = std::min(text.find_first_of("/?#", scheme + 3), text.size());
  const size_t at = text.rfind('@', end);
  if (at == std::string::npos || at < scheme + 3) { return text; }
  const size_t colon = text.find(':', scheme + 3);
  if (colon == std::string::npos || colon > at) { return text; }
  return text.substr(0, colon + 1) + std::string(kRedacted) + text.substr(at);
}

std::span<const Field> no_fields() {
  return {};
}

const Field* find_field(std::span<const Field> fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

bool is_reference(const Node& node) {
  return node.is_map() && node.size() == 1 && (node.has("env") || node.has("file"));
}

Node redact(const Node& node, std::span<const Field> fields, bool secret);

Node redact_map(const Node& node, std::span<const Field> fields) {
  std::vector<Node::Entry> entries;
  entries.reserve(node.entries().size());
  for (const Node::Entry& entry : node.entries()) {
    const std::string& key = entry.key.text();
    const Field* field = find_field(fields, key);
    const bool secret = is_secret_key(key) ||
                        (field != nullptr && (field->secret || field->type == FieldType::secret));
    std::span<const Field> below = field != nullptr ? field->fields : no_fields();
    if (field != nullptr && field->type == FieldType::map && entry.value.is_map()) {
      std::vector<Node::Entry> named;
      for (const Node::Entry& inner : entry.value.entries()) {
        const bool inner_secret = secret || is_secret_key(inner.key.text());
        named.push_back({inner.key, redact(inner.value, below, inner_secret)});
      }
      entries.push_back({entry.key, Node::map(std::move(named), entry.value.place())});
    } else {
      entries.push_back({entry.key, redact(entry.value, below, secret)});
    }
  }
  return Node::map(std::move(entries), node.place());
}

Node redact(const Node& node, std::span<const Field> fields, bool secret) {
  if (node.is_null() || (secret && is_reference(node))) { return node; }
  if (node.is_scalar()) {
    if (secret) { return Node::scalar(std::string(kRedacted), true, node.place()); }
    std::string text = without_password(node.shown());
    return Node::scalar(std::move(text), node.quoted() || node.expanded(), node.place());
  }
  if (node.is_sequence()) {
    std::vector<Node> items;
    items.reserve(node.items().size());
    for (const Node& item : node.items()) { items.push_back(redact(item, fields, secret)); }
    return Node::sequence(std::move(items), node.place());
  }
  if (!secret) { return redact_map(node, fields); }
  // Headers and the like: everything below a secret key is secret.
  std::vector<Node::Entry> entries;
  for (const Node::Entry& entry : node.entries()) {
    entries.push_back({entry.key, redact(entry.value, fields, true)});
  }
  return Node::map(std::move(entries), node.place());
}

}  // namespace

Node redacted(const Node& node) {
  return redact(node, no_fields(), false);
}

Node redacted(const Node& node, std::span<const Field> fields) {
  return redact(node, fields, false);
}

}  // namespace vigie::config
