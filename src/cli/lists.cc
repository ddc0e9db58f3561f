#include "cli/lists.h"

#include <fmt/core.h>

#include <charconv>

#include "base/time.h"
#include "cli/terminal.h"
#include "cli/words.h"
#include "net/net.h"

namespace vigie::cli {

const json::array& items_of(const json::object& object, std::string_view key) {
  static const json::array none;
  const json::array* found = get_array(object, key);
  return found == nullptr ? none : *found;
}

std::string api_path(std::initializer_list<std::string_view> parts) {
  std::string out = "/api/vigie";
  for (const std::string_view part : parts) { out += "/" + net::url_encode(part); }
  return out;
}

void print_lines(Session& session, std::string_view text, std::string_view indent) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    session.print_line(fmt::format("{}{}", indent, paint(text.substr(0, end), Colour::dim)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void print_section(Session& session, std::string_view title, const Table& table) {
  if (table.empty()) { return; }
  session.print_line();
  session.print_line(paint(title, Colour::bold));
  session.print(table.text());
}

std::string next_text(const json::object& incident, std::string_view now) {
  if (get_string(incident, "state") == "resolved") { return "-"; }
  const json::object* next = get_object(incident, "next");
  if (next == nullptr) {
    const std::string owner = owner_text(incident);
    return owner == "-" ? std::string("nothing more is planned")
                        : fmt::format("nothing more is planned: it is in {}'s hands", owner);
  }
  const std::string what = get_string(*next, "what");
  // Without a time it waits for a person.
  if (get_string(*next, "at").empty()) { return what; }
  return fmt::format("{}: {}", until(*next, "at", now), what);
}

std::string owner_text(const json::object& incident) {
  return or_dash(incident, get_string(incident, "owner_name").empty() ? "owner" : "owner_name");
}

std::string joined(const Arguments& arguments, size_t from) {
  std::string out;
  for (size_t i = from; i < arguments.words.size(); ++i) {
    out += (out.empty() ? "" : " ") + arguments.words[i];
  }
  return out;
}

Result<std::vector<uint64_t>> parse_ids(const Arguments& arguments, size_t from,
                                        std::string_view what) {
  std::vector<uint64_t> out;
  for (size_t i = from; i < arguments.words.size(); ++i) {
    VIGIE_TRY(const uint64_t id, parse_id(arguments.words[i], what));
    out.push_back(id);
  }
  return out;
}

Status at_most(const Arguments& arguments, size_t words, std::string_view usage) {
  if (arguments.words.size() <= words) { return ok(); }
  return error(Code::invalid, fmt::format("\"{}\" is one word too many: use vigie {}",
                                          arguments.words[words], usage));
}

void add_parameter(std::string& path, std::string_view name, std::string_view value) {
  path += path.find('?') == std::string::npos ? '?' : '&';
  path += fmt::format("{}={}", name, net::url_encode(value));
}

std::string present() {
  return rfc3339(real_clock().wall());
}

Result<uint64_t> parse_id(const std::string& word, std::string_view what) {
  uint64_t id = 0;
  const auto [end, failure] = std::from_chars(word.data(), word.data() + word.size(), id);
  if (failure != std::errc{} || end != word.data() + word.size() || id == 0) {
    return error(Code::invalid, fmt::format("\"{}\" is not the number of {}", word, what));
  }
  return id;
}

}  // namespace vigie::cli
