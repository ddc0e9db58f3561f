#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.h"
#include "config/field.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::config {

/// Named values for ${NAME} and {env: NAME}.
class Environment {
 public:
  using Values = std::map<std::string, std::string, std::less<>>;

  Environment() = default;
  explicit Environment(Values values) : values_(std::move(values)) {}
  /// The process' own environment, as it is now.
  static Environment of_process();

  std::optional<std::string_view> get(std::string_view name) const;
  /// Reads lines of a .env file: NAME=value, `export`, quotes, comments. A name that is already
  /// there keeps its value, so the process' environment wins. Messages never show a value.
  void add_dotenv(std::string_view content, const std::string& file, Problems& problems);

 private:
  Values values_;
};

/// Turns references into secrets at the moment of use, so that a rotated file is seen and nothing
/// secret is kept in the book.
class Secrets {
 public:
  Secrets() = default;
  /// `dir`: what {file: …} is relative to, the book's directory.
  Secrets(std::string dir, Environment environment)
      : dir_(std::move(dir)), environment_(std::move(environment)) {}

  /// {env: NAME}, {file: path} (at most 64 KiB, one closing line feed dropped) or plain text.
  /// Errors: `not_found` for an unset variable or missing file, `io`, `invalid`; never the secret.
  Result<std::string> resolve(const Node& node) const;
  const std::string& dir() const { return dir_; }

 private:
  std::string dir_;
  Environment environment_;
};

/// What people are shown in place of a secret.
inline constexpr std::string_view kRedacted = "<secret>";

/// A key that names a secret in Prometheus', Alertmanager's or Vigie's grammar: password, token…
bool is_secret_key(std::string_view key);
/// The tree fit for showing: plain-text values under secret keys and the passwords inside URLs are
/// replaced, values of variables appear as written. References stay: they are not secret.
Node redacted(const Node& node);
/// The same with a table: its secret fields are replaced whatever they are called.
Node redacted(const Node& node, std::span<const Field> fields);

}  // namespace vigie::config
