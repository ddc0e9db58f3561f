// Settings::read: what is written against what may be written.

#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "config/field.h"
#include "config/secrets.h"

namespace vigie::config {

namespace {

/// An address that nobody elsewhere can use, whatever token it holds.
bool stays_on_this_machine(std::string_view text) {
  if (text.find('@') != std::string_view::npos) { return false; }
  for (const std::string_view host : {"http://127.0.0.1", "http://localhost", "http://[::1]"}) {
    if (!text.starts_with(host)) { continue; }
    const std::string_view rest = text.substr(host.size());
    if (rest.empty() || rest.front() == ':' || rest.front() == '/') { return true; }
  }
  return false;
}

constexpr size_t kShownMax = 60;

bool is_secret(const Field& field) {
  return field.secret || field.type == FieldType::secret;
}

/// `, not "abc"`; nothing for a secret. Long values are cut at a letter's start.
std::string but_is(const Field& field, const Node& value) {
  if (!value.is_scalar()) { return fmt::format(", not {}", value.kind_name()); }
  if (is_secret(field)) { return ""; }
  std::string_view text = value.shown();
  if (text.size() <= kShownMax) { return fmt::format(", not \"{}\"", text); }
  size_t end = kShownMax;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) { --end; }
  return fmt::format(", not \"{}…\"", text.substr(0, end));
}

std::string_view expected(FieldType type) {
  switch (type) {
    case FieldType::text:
      return "text";
    case FieldType::integer:
      return "a whole number";
    case FieldType::number:
      return "a number";
    case FieldType::boolean:
      return "true or false";
    case FieldType::duration:
      return "a duration such as 30s or 1h30m";
    case FieldType::bytes:
      return "a size such as 64MiB";
    case FieldType::host_port:
      return "host:port";
    case FieldType::url:
      return "a URL such as https://example.org/path";
    case FieldType::pattern:
      return "a regular expression";
    case FieldType::time:
      return "a time such as 2026-01-05 09:00";
    case FieldType::enumeration:
      return "one of the words below";
    case FieldType::strings:
      return "a list of texts";
    case FieldType::list:
      return "a list";
    case FieldType::map:
      return "a map";
    case FieldType::section:
      return "a map";
    case FieldType::any:
      return "anything";
    case FieldType::secret:
      return "{env: NAME}, {file: path} or text";
  }
  return "anything";
}

/// The measure that `least` and `most` bound; nothing when the text is no value of the type.
/// Types without a measure give 0 when the text is good.
std::optional<double> measure(FieldType type, std::string_view text) {
  const auto known = [](const auto& result) -> std::optional<double> {
    if (!result) { return std::nullopt; }
    return 0.0;
  };
  const auto number = [](const auto& result) -> std::optional<double> {
    if (!result) { return std::nullopt; }
    return static_cast<double>(*result);
  };
  switch (type) {
    case FieldType::integer:
      return number(parse_integer(text));
    case FieldType::number:
      return number(parse_number(text));
    case FieldType::bytes:
      return number(parse_bytes(text));
    case FieldType::boolean:
      return known(parse_boolean(text));
    case FieldType::host_port:
      return known(parse_host_port(text));
    case FieldType::url:
      return known(check_url(text));
    case FieldType::time:
      return known(check_time(text));
    case FieldType::duration: {
      const Result<Millis> duration = parse_duration(text);
      if (!duration) { return std::nullopt; }
      return to_seconds(*duration);
    }
    default:
      return 0.0;
  }
}

std::string bound_text(FieldType type, double bound) {
  if (type == FieldType::duration) {
    return format_duration(Millis{static_cast<int64_t>(std::llround(bound * 1000))});
  }
  if (type == FieldType::bytes) { return format_bytes(static_cast<int64_t>(bound)); }
  return fmt::format("{}", bound);
}

class Checker {
 public:
  explicit Checker(Problems& problems) : problems_(problems) {}

  void check_map(const Node& node, std::span<const Field> fields, std::span<const Field> more) {
    if (!node.is_null() && !node.is_map()) {
      problems_.error(node.place(), fmt::format("must be a map, not {}", node.kind_name()));
      return;
    }
    for (const Node::Entry& entry : node.entries()) { check_entry(entry, fields, more); }
    for (const std::span<const Field> table : {fields, more}) {
      for (const Field& field : table) {
        if (field.required && node[field.name].is_null()) {
          problems_.error(node.has(field.name) ? node.place_of_key(field.name) : node.place(),
                          fmt::format("\"{}\" is missing", field.name), std::string(field.help));
        }
      }
    }
  }

 private:
  void check_entry(const Node::Entry& entry, std::span<const Field> fields,
                   std::span<const Field> more) {
    std::vector<std::string_view> names;
    for (const std::span<const Field> table : {fields, more}) {
      for (const Field& field : table) {
        if (field.name == entry.key.text()) {
          check_field(field, entry);
          return;
        }
        names.push_back(field.name);
      }
    }
    problems_.error(entry.key.place(), fmt::format("unknown key \"{}\"", entry.key.text()),
                    unknown_hint(entry.key.text(), names));
  }

  static std::string unknown_hint(std::string_view key, std::span<const std::string_view> names) {
    constexpr size_t kListedMax = 12;
    std::string hint = did_you_mean(key, names);
    if (!hint.empty() || names.empty() || names.size() > kListedMax) { return hint; }
    for (const std::string_view name : names) {
      hint += hint.empty() ? "known here: " : ", ";
      hint += name;
    }
    return hint;
  }

  void check_field(const Field& field, const Node::Entry& entry) {
    const Node& value = entry.value;
    if (field.later) {
      problems_.warn(entry.key.place(), fmt::format("\"{}\" is not acted on yet", field.name),
                     "this release reads it and does nothing with it");
    }
    if (value.is_null()) { return; }
    switch (field.type) {
      case FieldType::any:
        return;
      case FieldType::secret:
        check_secret(field, entry);
        return;
      case FieldType::strings:
        check_strings(field, entry);
        return;
      case FieldType::list:
        check_list(field, entry);
        return;
      case FieldType::map:
        check_named(field, entry);
        return;
      case FieldType::section:
        if (value.is_map()) { return check_map(value, field.fields, {}); }
        return wrong(field, entry, expected(field.type));
      default:
        check_scalar(field, entry);
        return;
    }
  }

  void wrong(const Field& field, const Node::Entry& entry, std::string_view wanted,
             std::string hint = "") {
    problems_.error(
        entry.value.place(),
        fmt::format("\"{}\" must be {}{}", field.name, wanted, but_is(field, entry.value)),
        std::move(hint));
  }

  void check_scalar(const Field& field, const Node::Entry& entry) {
    const Node& value = entry.value;
    if (!value.is_scalar()) { return wrong(field, entry, expected(field.type)); }
    if (!field.choices.empty()) { return check_choice(field, entry); }
    const std::optional<double> measured = measure(field.type, value.text());
    if (!measured) { return wrong(field, entry, expected(field.type)); }
    if (*measured < field.least) {
      wrong(field, entry, fmt::format("{} or more", bound_text(field.type, field.least)));
    } else if (*measured > field.most) {
      wrong(field, entry, fmt::format("{} or less", bound_text(field.type, field.most)));
    }
  }

  void check_choice(const Field& field, const Node::Entry& entry) {
    if (std::ranges::find(field.choices, entry.value.text()) != field.choices.end()) { return; }
    std::string wanted = "one of";
    for (const std::string_view choice : field.choices) {
      wanted += fmt::format("{} {}", choice == field.choices.front() ? "" : ",", choice);
    }
    // A suggestion for the value of a variable would tell about the value.
    wrong(field, entry, wanted,
          entry.value.expanded() || is_secret(field)
              ? ""
              : did_you_mean(entry.value.text(), field.choices));
  }

  void check_secret(const Field& field, const Node::Entry& entry) {
    const Node& value = entry.value;
    if (value.is_scalar()) {
      if (stays_on_this_machine(value.text())) { return; }
      problems_.warn(value.place(),
                     fmt::format("the secret \"{}\" stands in the book as text", field.name),
                     "write {env: NAME} or {file: path}");
      return;
    }
    const bool reference = value.is_map() && value.size() == 1 &&
                           (value["env"].is_scalar() || value["file"].is_scalar());
    if (!reference) { wrong(field, entry, expected(FieldType::secret)); }
  }

  void check_strings(const Field& field, const Node::Entry& entry) {
    if (entry.value.is_scalar()) { return; }
    if (!entry.value.is_sequence()) { return wrong(field, entry, expected(field.type)); }
    for (const Node& item : entry.value.items()) {
      if (!item.is_scalar()) {
        problems_.error(item.place(), fmt::format("an item of \"{}\" must be text, not {}",
                                                  field.name, item.kind_name()));
      }
    }
  }

  void check_list(const Field& field, const Node::Entry& entry) {
    if (!entry.value.is_sequence()) { return wrong(field, entry, expected(field.type)); }
    const std::span<const Field> inner = field.fields;
    if (inner.empty()) { return; }
    for (const Node& item : entry.value.items()) { check_map(item, inner, {}); }
  }

  void check_named(const Field& field, const Node::Entry& entry) {
    if (!entry.value.is_map()) { return wrong(field, entry, expected(field.type)); }
    const std::span<const Field> inner = field.fields;
    if (inner.empty()) { return; }
    for (const Node::Entry& named : entry.value.entries()) { check_map(named.value, inner, {}); }
  }

  Problems& problems_;
};

}  // namespace

Settings Settings::read(const Node& node, std::span<const Field> fields, Problems& problems) {
  return read(node, fields, {}, problems);
}

Settings Settings::read(const Node& node, std::span<const Field> fields,
                        std::span<const Field> more, Problems& problems) {
  Checker(problems).check_map(node, fields, more);
  return trust(node, fields, more);
}

}  // namespace vigie::config
