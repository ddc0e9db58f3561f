#include "cli/journal_verbs.h"

#include <fmt/core.h>

namespace vigie::cli {

int move_journal(Session& session, const Arguments& arguments, std::string_view verb,
                 const JournalAct& act, std::string_view done) {
  if (arguments.words.empty()) {
    return session.wrong_use(fmt::format("use: vigie {} FILE", verb));
  }
  const auto moved = act(session.book_dir(), arguments.word(0));
  if (!moved) { return session.fail(moved.error()); }
  if (session.as_json()) {
    session.print_json(*moved);
    return 0;
  }
  session.print_line(fmt::format("{} events and {} effects still owed, {} {}\nsha256 {}",
                                 get_int(*moved, "events"), get_int(*moved, "owed"), done,
                                 get_string(*moved, "file"), get_string(*moved, "sha256")));
  return 0;
}

}  // namespace vigie::cli
