#include <fmt/core.h>
#include <unistd.h>

#include <utility>

#include "config/secrets.h"

namespace vigie::config {

Environment Environment::of_process() {
  Values values;
  for (char** variable = environ; variable != nullptr && *variable != nullptr; ++variable) {
    const std::string_view text = *variable;
    const size_t equals = text.find('=');
    if (equals == std::string_view::npos) { continue; }
    values.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
  return Environment(std::move(values));
}

std::optional<std::string_view> Environment::get(std::string_view name) const {
  const auto found = values_.find(name);
  if (found == values_.end()) { return std::nullopt; }
  return found->second;
}

namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const size_t first = text.find_first_not_of(kBlank);
  if (first == std::string_view::npos) { return {}; }
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_variable_name(std::string_view name) {
  constexpr std::string_view kLetters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789";
  return !name.empty() && (name.front() < '0' || name.front() > '9') &&
         name.find_first_not_of(kLetters) == std::string_view::npos;
}

/// The inside of "…" with \n \t \" \\ and \$ undone; nothing when the quote does not close or
/// something follows it.
std::optional<std::string> double_quoted(std::string_view text) {
  std::string out;
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '"') {
      const std::string_view rest = trimmed(text.substr(i + 1));
      if (!rest.empty() && rest.front() != '#') { return std::nullopt; }
      return out;
    }
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
      out += text[i] == 'n' ? '\n' : text[i] == 't' ? '\t' : text[i];
    } else {
      out += text[i];
    }
  }
  return std::nullopt;
}

std::optional<std::string> dotenv_value(std::string_view text) {
  if (text.starts_with('"')) { return double_quoted(text); }
  if (text.starts_with('\'')) {
    const size_t end = text.find('\'', 1);
    if (end == std::string_view::npos) { return std::nullopt; }
    const std::string_view rest = trimmed(text.substr(end + 1));
    if (!rest.empty() && rest.front() != '#') { return std::nullopt; }
    return std::string(text.substr(1, end - 1));
  }
  // A comment needs a blank before it: colour=#fff keeps its value.
  const size_t comment = text.find(" #");
  return std::string(trimmed(text.substr(0, comment)));
}

}  // namespace

void Environment::add_dotenv(std::string_view content, const std::string& file,
                             Problems& problems) {
  Values own;
  uint32_t number = 0;
  while (!content.empty()) {
    const size_t end = content.find('\n');
    std::string_view line = trimmed(content.substr(0, end));
    content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
    ++number;
    if (line.empty() || line.front() == '#') { continue; }
    if (line.starts_with("export ")) { line = trimmed(line.substr(7)); }
    const size_t equals = line.find('=');
    const std::string_view name = trimmed(line.substr(0, equals));
    if (equals == std::string_view::npos || !is_variable_name(name)) {
      // The line is not shown: what was meant as a value could be a secret.
      problems.error({file, number, 1}, "not a NAME=value line");
      continue;
    }
    const std::optional<std::string> value = dotenv_value(trimmed(line.substr(equals + 1)));
    if (!value) {
      problems.error({file, number, 1}, fmt::format("the quotes of {} do not match", name));
      continue;
    }
    own.insert_or_assign(std::string(name), *value);
  }
  values_.merge(own);
}

}  // namespace vigie::config
