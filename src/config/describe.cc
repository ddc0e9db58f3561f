#include <fmt/core.h>

#include "config/field.h"

namespace vigie::config {

namespace {

bool is_secret(const Field& field) {
  return field.secret || field.type == FieldType::secret;
}

json::object describe_one(const Field& field) {
  json::object out{{"name", field.name},
                   {"type", name_of(field.type)},
                   {"help", field.help},
                   {"required", field.required},
                   {"secret", is_secret(field)}};
  if (!field.fallback.empty()) { out["default"] = field.fallback; }
  if (!field.example.empty()) { out["example"] = field.example; }
  if (field.later) { out["later"] = true; }
  if (!field.choices.empty()) {
    json::array choices;
    for (const std::string_view choice : field.choices) { choices.emplace_back(choice); }
    out["choices"] = std::move(choices);
  }
  if (!field.fields.empty()) { out["fields"] = describe(field.fields); }
  return out;
}

/// A bar would end the table's cell.
std::string cell(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '|') { out += '\\'; }
    out += c == '\n' ? ' ' : c;
  }
  return out;
}

std::string type_cell(const Field& field) {
  if (field.choices.empty()) { return std::string(name_of(field.type)); }
  std::string out;
  for (const std::string_view choice : field.choices) {
    out += fmt::format("{}`{}`", out.empty() ? "" : ", ", cell(choice));
  }
  return out;
}

std::string default_cell(const Field& field) {
  if (field.required) { return "required"; }
  return field.fallback.empty() ? "" : fmt::format("`{}`", cell(field.fallback));
}

std::string_view below(FieldType type) {
  if (type == FieldType::list) { return "[]."; }
  return type == FieldType::map ? ".*." : ".";
}

void append_rows(std::span<const Field> fields, const std::string& prefix, std::string& out) {
  for (const Field& field : fields) {
    std::string help = cell(field.help);
    if (field.later) { help += "; not acted on yet"; }
    if (!field.example.empty()) { help += fmt::format("; such as `{}`", cell(field.example)); }
    out += fmt::format("| `{}{}` | {} | {} | {} |\n", prefix, field.name, type_cell(field),
                       default_cell(field), help);
    append_rows(field.fields, fmt::format("{}{}{}", prefix, field.name, below(field.type)), out);
  }
}

}  // namespace

json::array describe(std::span<const Field> fields) {
  json::array out;
  for (const Field& field : fields) { out.push_back(describe_one(field)); }
  return out;
}

std::string describe_markdown(std::span<const Field> fields) {
  std::string out = "| key | type | default | meaning |\n|---|---|---|---|\n";
  append_rows(fields, "", out);
  return out;
}

}  // namespace vigie::config
