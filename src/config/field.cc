#include "config/field.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie::config {

std::string_view name_of(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "text";
    case FieldType::integer:
      return "integer";
    case FieldType::number:
      return "number";
    case FieldType::boolean:
      return "boolean";
    case FieldType::duration:
      return "duration";
    case FieldType::bytes:
      return "bytes";
    case FieldType::host_port:
      return "host:port";
    case FieldType::url:
      return "url";
    case FieldType::pattern:
      return "pattern";
    case FieldType::time:
      return "time";
    case FieldType::enumeration:
      return "one of";
    case FieldType::strings:
      return "texts";
    case FieldType::list:
      return "list";
    case FieldType::map:
      return "map";
    case FieldType::section:
      return "section";
    case FieldType::any:
      return "any";
    case FieldType::secret:
      return "secret";
  }
  return "any";
}

namespace {

const Field* find_field(std::span<const Field> fields, std::string_view name) {
  const auto found = std::ranges::find(fields, name, &Field::name);
  return found == fields.end() ? nullptr : &*found;
}

}  // namespace

Settings Settings::trust(const Node& node, std::span<const Field> fields,
                         std::span<const Field> more) {
  Settings settings;
  settings.node_ = node;
  settings.fields_ = fields;
  settings.more_ = more;
  return settings;
}

const Field& Settings::field(std::string_view name) const {
  const Field* found = find_field(fields_, name);
  if (found == nullptr) { found = find_field(more_, name); }
  ASSERT(found != nullptr, "no table of these settings has a field \"{}\"", name);
  return *found;
}

bool Settings::has(std::string_view name) const {
  return !node(name).is_null();
}

Node Settings::node(std::string_view name) const {
  return node_[field(name).name];
}

Place Settings::place_of(std::string_view name) const {
  return node(name).place();
}

std::string Settings::value_text(std::string_view name) const {
  const Node value = node(name);
  return value.is_scalar() ? value.text() : std::string(field(name).fallback);
}

namespace {

/// The value of `text`, or what `fallback` says, or nothing's value.
template <class T>
T read_or(const Result<T>& value, const Result<T>& fallback) {
  if (value) { return *value; }
  return fallback ? *fallback : T{};
}

}  // namespace

std::string Settings::text(std::string_view name) const {
  const Field& wanted = field(name);
  const std::string value = value_text(name);
  const bool listed =
      wanted.choices.empty() || std::ranges::find(wanted.choices, value) != wanted.choices.end();
  return listed ? value : std::string(wanted.fallback);
}

bool Settings::boolean(std::string_view name) const {
  return read_or(parse_boolean(value_text(name)), parse_boolean(field(name).fallback));
}

int64_t Settings::integer(std::string_view name) const {
  return read_or(parse_integer(value_text(name)), parse_integer(field(name).fallback));
}

double Settings::number(std::string_view name) const {
  return read_or(parse_number(value_text(name)), parse_number(field(name).fallback));
}

Millis Settings::duration(std::string_view name) const {
  return read_or(parse_duration(value_text(name)), parse_duration(field(name).fallback));
}

int64_t Settings::bytes(std::string_view name) const {
  return read_or(parse_bytes(value_text(name)), parse_bytes(field(name).fallback));
}

HostPort Settings::host_port(std::string_view name) const {
  return read_or(parse_host_port(value_text(name)), parse_host_port(field(name).fallback));
}

std::vector<std::string> Settings::strings(std::string_view name) const {
  const Node value = node(name);
  std::vector<std::string> out;
  for (const Node& item : value.items()) {
    if (item.is_scalar()) { out.push_back(item.text()); }
  }
  if (value.is_sequence()) { return out; }
  const std::string single = value_text(name);
  if (!single.empty()) { out.push_back(single); }
  return out;
}

std::vector<Node> Settings::list(std::string_view name) const {
  const Node value = node(name);
  return {value.items().begin(), value.items().end()};
}

Settings Settings::section(std::string_view name) const {
  return trust(node(name), field(name).fields);
}

std::vector<Settings> Settings::sections(std::string_view name) const {
  std::vector<Settings> out;
  const Node value = node(name);
  for (const Node& item : value.items()) { out.push_back(trust(item, field(name).fields)); }
  return out;
}

std::vector<std::pair<std::string, Settings>> Settings::named(std::string_view name) const {
  std::vector<std::pair<std::string, Settings>> out;
  const Node value = node(name);
  for (const Node::Entry& entry : value.entries()) {
    out.emplace_back(entry.key.text(), trust(entry.value, field(name).fields));
  }
  return out;
}

}  // namespace vigie::config
