#include "runbook/params.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace vigie::runbook {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_identifier(std::string_view name) {
  return !name.empty() && !is_digit(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_letter(c) || is_digit(c); });
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) { text.remove_prefix(1); }
  while (text.ends_with(' ')) { text.remove_suffix(1); }
  return text;
}

/// A name between < and >, with dashes as underscores.
std::string placeholder_at(std::string_view text, size_t at) {
  const size_t end = text.find('>', at);
  if (text[at] != '<' || end == std::string_view::npos) { return ""; }
  std::string name{text.substr(at + 1, end - at - 1)};
  std::replace(name.begin(), name.end(), '-', '_');
  return is_parameter_name(name) ? name : "";
}

/// Where in a shell's text we are, so that a reference is quoted as its surroundings need. Being
/// wrong (in here-documents, nested substitutions) costs word splitting, never an execution.
class ShellContext {
 public:
  enum class In : uint8_t { plain, single, twice, comment };

  void pass(char c) {
    const char before = std::exchange(before_, c);
    if (std::exchange(escaped_, false)) { return; }
    switch (in_) {
      case In::plain:
        if (c == '\\') { escaped_ = true; }
        if (c == '\'') { in_ = In::single; }
        if (c == '"') { in_ = In::twice; }
        if (c == '#' && (before == ' ' || before == '\n' || before == '\0' || before == ';')) {
          in_ = In::comment;
        }
        break;
      case In::single:
        in_ = c == '\'' ? In::plain : In::single;
        break;
      case In::twice:
        if (c == '\\') { escaped_ = true; }
        if (c == '"') { in_ = In::plain; }
        break;
      case In::comment:
        in_ = c == '\n' ? In::plain : In::comment;
        break;
    }
  }
  In in() const { return in_; }

 private:
  In in_ = In::plain;
  char before_ = '\0';
  bool escaped_ = false;
};

class PromqlContext {
 public:
  void pass(char c) {
    if (std::exchange(escaped_, false)) { return; }
    if (quote_ != '\0' && quote_ != '`' && c == '\\') {
      escaped_ = true;
    } else if (quote_ == c) {
      quote_ = '\0';
    } else if (quote_ == '\0' && (c == '"' || c == '\'' || c == '`')) {
      quote_ = c;
    }
  }
  char quote() const { return quote_; }

 private:
  char quote_ = '\0';
  bool escaped_ = false;
};

bool only(std::string_view value, std::string_view extra) {
  return !value.empty() && std::all_of(value.begin(), value.end(), [&](char c) {
    return is_letter(c) || is_digit(c) || extra.find(c) != std::string_view::npos;
  });
}

Result<std::string> promql_value(std::string_view value, char quote) {
  if (quote == '\0') {
    if (only(value, ":.")) { return std::string(value); }
    return error(Code::invalid,
                 fmt::format("the value \"{}\" cannot stand outside quotes in a query", value));
  }
  if (quote == '`') {
    if (value.find('`') == std::string_view::npos) { return std::string(value); }
    return error(Code::invalid, "a value with ` cannot stand between ` in a query");
  }
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == quote) { out += '\\'; }
    out += c == '\n' ? "\\n" : std::string(1, c);
  }
  return out;
}

std::string url_value(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '~' || c == ':') {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string shell_reference(const std::string& variable, ShellContext::In in) {
  switch (in) {
    case ShellContext::In::single:
      return "'\"${" + variable + "}\"'";
    case ShellContext::In::twice:
      return "${" + variable + "}";
    case ShellContext::In::comment:
      return variable;
    case ShellContext::In::plain:
      break;
  }
  return "\"${" + variable + "}\"";
}

/// A reference, where it begins and ends in the text.
struct Found {
  std::string name;
  size_t length = 0;
};

/// Puts one text together; knows for each reference where it stands.
class Filler {
 public:
  Filler(std::string_view text, Quoting quoting, const Values& values, bool for_reading)
      : text_(text), quoting_(quoting), values_(values), for_reading_(for_reading) {}

  Result<std::string> fill();

 private:
  std::optional<Found> reference_at(size_t at) const;
  Result<std::string> put(const std::string& name);
  std::optional<std::string> value_of(const std::string& name) const;
  Result<std::string> quoted(const std::string& name, const std::string& value);

  std::string_view text_;
  const Quoting quoting_;
  const Values& values_;
  const bool for_reading_;
  ShellContext shell_;
  PromqlContext promql_;
};

std::string without_prefix(std::string_view name) {
  if (name.starts_with("params.")) { name.remove_prefix(7); }
  return std::string(name);
}

std::optional<Found> Filler::reference_at(size_t at) const {
  const std::string_view rest = text_.substr(at);
  if (rest.starts_with("{{")) {
    const size_t end = rest.find("}}");
    if (end == std::string_view::npos) { return std::nullopt; }
    return Found{without_prefix(trimmed(rest.substr(2, end - 2))), end + 2};
  }
  const std::string name = placeholder_at(text_, at);
  if (name.empty() || !values_.params.contains(name)) { return std::nullopt; }
  return Found{name, text_.find('>', at) - at + 1};
}

std::optional<std::string> Filler::value_of(const std::string& name) const {
  if (name.starts_with("labels.")) {
    const std::string label = name.substr(7);
    if (!values_.labels.has(label)) { return std::nullopt; }
    return std::string(values_.labels.get(label));
  }
  const auto found = values_.params.find(name);
  if (found == values_.params.end()) { return std::nullopt; }
  return found->second;
}

Result<std::string> Filler::quoted(const std::string& name, const std::string& value) {
  switch (quoting_) {
    case Quoting::shell: {
      if (for_reading_) { return quote_for_shell(value); }
      const bool label = name.starts_with("labels.");
      const std::string variable = label ? "VIGIE_LABEL_" + name.substr(7) : name;
      if (!is_identifier(variable)) {
        return error(Code::invalid, fmt::format("{} cannot be named in a command", name));
      }
      return shell_reference(variable, shell_.in());
    }
    case Quoting::promql:
      return promql_value(value, promql_.quote());
    case Quoting::url:
      return url_value(value);
    case Quoting::word:
      if (only(value, ".-")) { return value; }
      return error(Code::invalid, fmt::format("the value \"{}\" of {} is no name", value, name));
  }
  return value;
}

Result<std::string> Filler::put(const std::string& name) {
  const std::optional<std::string> value = value_of(name);
  if (!value) {
    if (name.starts_with("labels.")) {
      return error(Code::not_found, fmt::format("there is no label {} here", name.substr(7)));
    }
    return error(Code::not_found, fmt::format("{} has no value", name));
  }
  return quoted(name, *value);
}

Result<std::string> Filler::fill() {
  std::string out;
  for (size_t at = 0; at < text_.size();) {
    const std::optional<Found> found = reference_at(at);
    if (!found) {
      shell_.pass(text_[at]);
      promql_.pass(text_[at]);
      out += text_[at++];
      continue;
    }
    Result<std::string> value = put(found->name);
    if (value) {
      out += *value;
    } else if (for_reading_) {
      out += text_.substr(at, found->length);
    } else {
      return std::move(value).error();
    }
    at += found->length;
  }
  return out;
}

}  // namespace

Result<std::string> fill(std::string_view text, Quoting quoting, const Values& values) {
  return Filler(text, quoting, values, false).fill();
}

std::string fill_for_reading(std::string_view text, Quoting quoting, const Values& values) {
  return Filler(text, quoting, values, true).fill().value_or(std::string(text));
}

Result<std::vector<std::string>> references(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = text.find("{{"); at != std::string_view::npos; at = text.find("{{", at)) {
    const size_t end = text.find("}}", at);
    if (end == std::string_view::npos) {
      return error(Code::invalid, "`{{` is never closed by `}}`");
    }
    const std::string name = without_prefix(trimmed(text.substr(at + 2, end - at - 2)));
    std::string_view bare = name;
    if (bare.starts_with("labels.")) { bare.remove_prefix(7); }
    if (!is_identifier(bare)) {
      return error(Code::invalid,
                   fmt::format("`{{{{ {} }}}}` is neither labels.NAME nor a parameter", name));
    }
    if (std::find(out.begin(), out.end(), name) == out.end()) { out.push_back(name); }
    at = end + 2;
  }
  return out;
}

std::vector<std::string> placeholders(std::string_view text) {
  std::vector<std::string> out;
  for (size_t at = text.find('<'); at != std::string_view::npos; at = text.find('<', at + 1)) {
    std::string name = placeholder_at(text, at);
    if (name.empty() || std::find(out.begin(), out.end(), name) != out.end()) { continue; }
    out.push_back(std::move(name));
  }
  return out;
}

StringMap environment_of(const Values& values) {
  StringMap out;
  for (const auto& [name, value] : values.labels) {
    if (is_identifier(name)) { out["VIGIE_LABEL_" + name] = value; }
  }
  for (const auto& [name, value] : values.params) {
    if (is_parameter_name(name)) { out[name] = value; }
  }
  return out;
}

bool is_parameter_name(std::string_view name) {
  return is_identifier(name) && name.size() <= 64 &&
         std::none_of(name.begin(), name.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
}

std::string quote_for_shell(std::string_view value) {
  if (only(value, "./:=@%+,-")) { return std::string(value); }
  std::string out = "'";
  for (const char c : value) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

}  // namespace vigie::runbook
