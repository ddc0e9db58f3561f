#include "cli/lists.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {{"--lines", "N", "how many of the last lines (default 200)"}};

int run(Session& session, const Arguments& arguments) {
  if (arguments.words.empty()) { return session.wrong_use("logs of which service?"); }
  std::string path = api_path({"services", arguments.word(0), "logs"});
  add_parameter(path, "lines", arguments.value("--lines", "200"));
  return show_answer(session, path, [&](const json::object& answer) {
    for (const json::value& line : items_of(answer, "lines")) {
      session.print_line(view_of(line.get_string()));
    }
    return 0;
  });
}

}  // namespace

extern const VerbKind logs_verb;
const VerbKind logs_verb{.name = "logs",
                         .summary = "The last lines a supervised service wrote",
                         .words = "SERVICE",
                         .words_max = 1,
                         .names = "services",
                         .options = kOptions,
                         .example = "vigie logs datajs --lines 50",
                         .run = &run};

}  // namespace vigie::cli
