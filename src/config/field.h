#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "config/node.h"
#include "config/problems.h"
#include "config/values.h"

namespace vigie::config {

enum class FieldType : unsigned char {
  text,
  integer,
  number,
  boolean,
  duration,     ///< "5m", "1h30m": Prometheus' grammar
  bytes,        ///< "64MiB"
  host_port,    ///< "127.0.0.1:9797"
  url,          ///< "https://example.org/hook"
  pattern,      ///< A regular expression; the room that uses it compiles it.
  time,         ///< "2026-01-05 09:00" or RFC 3339
  enumeration,  ///< One of `choices`.
  strings,      ///< A list of texts; one text stands for a list of one.
  list,         ///< A list; with `fields`, of maps that follow them.
  map,          ///< A map from free names; with `fields`, to maps that follow them.
  section,      ///< A map that follows `fields`.
  any,          ///< Whatever the room makes of it.
  secret,       ///< {env: NAME}, {file: path} or text; see config/secrets.h
};
std::string_view name_of(FieldType type);

struct Field;

/// The table of a nested map; made from an array of fields that outlives it (constexpr tables do).
class FieldTable {
 public:
  constexpr FieldTable() = default;
  template <size_t count>
  constexpr FieldTable(const Field (&fields)[count]) : first_(fields), count_(count) {}  // NOLINT
  constexpr FieldTable(const Field* first, size_t count) : first_(first), count_(count) {}
  constexpr bool empty() const { return count_ == 0; }
  constexpr operator std::span<const Field>() const;  // NOLINT

 private:
  const Field* first_ = nullptr;
  size_t count_ = 0;
};

/// One setting. Tables of fields are the only schema: they validate the book, write the reference,
/// redact secrets and feed the web's forms.
///
///   constexpr Field kFields[] = {
///       {.name = "url", .type = FieldType::url, .help = "where to ask", .required = true},
///       {.name = "timeout", .type = FieldType::duration, .help = "...", .fallback = "5s"},
///   };
struct Field {
  std::string_view name;
  FieldType type = FieldType::text;
  /// A sentence for an operator, without a full stop.
  std::string_view help;
  bool required = false;
  /// The value never appears in a message or a print; implied by FieldType::secret.
  bool secret = false;
  /// What holds when the key is absent, as it would be written in the book.
  std::string_view fallback = {};
  std::string_view example = {};
  std::span<const std::string_view> choices = {};
  FieldTable fields = {};
  /// Bounds of an integer, a number, bytes, or a duration in seconds; both included.
  double least = -std::numeric_limits<double>::infinity();
  double most = std::numeric_limits<double>::infinity();
  /// Accepted, but nothing acts on it in this release: using it is a warning.
  bool later = false;
};

constexpr FieldTable::operator std::span<const Field>() const {
  return {first_, count_};
}

/// A map of the book, validated against one or two tables of fields. Copies are cheap.
/// After errors it still answers: a wrong or absent value reads as its fallback.
class Settings {
 public:
  Settings() = default;
  /// Reports unknown keys with a suggestion, wrong types, missing and out-of-bounds values, each
  /// with its place. A null node is an empty map.
  static Settings read(const Node& node, std::span<const Field> fields, Problems& problems);
  /// The same for a map whose keys come from two tables, such as what every probe has and what
  /// this kind of probe has.
  static Settings read(const Node& node, std::span<const Field> fields, std::span<const Field> more,
                       Problems& problems);
  /// For a node that was validated before, such as one from the journal.
  static Settings trust(const Node& node, std::span<const Field> fields,
                        std::span<const Field> more = {});

  // A name that is not in the tables is a bug. Absent or wrong values give the fallback; without
  // one, "" 0 false and empty.
  bool has(std::string_view name) const;  ///< Written in the book and not null.
  std::string text(std::string_view name) const;
  bool boolean(std::string_view name) const;
  int64_t integer(std::string_view name) const;
  double number(std::string_view name) const;
  Millis duration(std::string_view name) const;
  int64_t bytes(std::string_view name) const;
  HostPort host_port(std::string_view name) const;
  std::vector<std::string> strings(std::string_view name) const;
  /// Items of a list.
  std::vector<Node> list(std::string_view name) const;
  /// A FieldType::section as settings of its own.
  Settings section(std::string_view name) const;
  /// A FieldType::list with fields.
  std::vector<Settings> sections(std::string_view name) const;
  /// A FieldType::map with fields, in the order of the file.
  std::vector<std::pair<std::string, Settings>> named(std::string_view name) const;
  Node node(std::string_view name) const;
  /// Of the value, or of the map when it is absent.
  Place place_of(std::string_view name) const;

  const Node& node() const { return node_; }
  Place place() const { return node_.place(); }

 private:
  const Field& field(std::string_view name) const;
  std::string value_text(std::string_view name) const;

  Node node_;
  std::span<const Field> fields_;
  std::span<const Field> more_;
};

/// [{name, type, help, required, secret, default, example, choices, fields}] for the web and
/// --json.
json::array describe(std::span<const Field> fields);
/// A Markdown table: name, type, default, meaning; nested fields as "layers[].every".
std::string describe_markdown(std::span<const Field> fields);

}  // namespace vigie::config
