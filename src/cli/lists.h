#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "cli/terminal.h"
#include "cli/verb_kind.h"

namespace vigie::cli {

/// Prints an answer as JSON with --json, else gives it to `show`, whose exit status holds for both.
template <class Show>
int show_object(Session& session, const json::value& answer, Show show) {
  if (session.as_json()) {
    session.print_json(answer);
    session.mute();
  }
  return show(answer.get_object());
}

/// Fetches `path`, prints it as JSON with --json, else gives it to `show`. An exit status.
template <class Show>
int show_answer(Session& session, const std::string& path, Show show) {
  const auto answer = session.get(path);
  if (!answer) { return session.fail(answer.error()); }
  return show_object(session, *answer, show);
}

/// "/api/vigie/" + the parts, each escaped: names are what people chose.
std::string api_path(std::initializer_list<std::string_view> parts);
/// Prints each line of a text that has several, behind `indent`.
void print_lines(Session& session, std::string_view text, std::string_view indent);
/// "in 3 min: ben is mailed"; whose hands it is in when nothing is planned; "-" when it is over.
std::string next_text(const json::object& incident, std::string_view now);
/// A headline and the table below it; nothing for an empty one.
void print_section(Session& session, std::string_view title, const Table& table);
/// "Ana", or "-".
std::string owner_text(const json::object& incident);

/// The list under `key`, never null.
const json::array& items_of(const json::object& object, std::string_view key);
/// Puts one more query parameter onto a path.
void add_parameter(std::string& path, std::string_view name, std::string_view value);
/// The present instant, for ages.
std::string present();
/// Whole number above 0; an error that says so.
Result<uint64_t> parse_id(const std::string& word, std::string_view what);
/// All words from `from` on as such numbers, before anything is done for the first.
Result<std::vector<uint64_t>> parse_ids(const Arguments& arguments, size_t from,
                                        std::string_view what);
/// The words from `from` on with a space between: a title, a note.
std::string joined(const Arguments& arguments, size_t from);
/// Objects to words that would be dropped silently; `usage` is what to write instead.
Status at_most(const Arguments& arguments, size_t words, std::string_view usage);

inline constexpr size_t kWordsMax = 100;
/// Of every verb that acts.
inline constexpr Option kAsPerson{
    "--as", "PERSON", "act in this person's name (default: VIGIE_PERSON, or the user's)", "people"};

}  // namespace vigie::cli
