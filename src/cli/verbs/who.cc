#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--at", "TIME", "at this time of the book's zone, or RFC 3339; not now"},
};

int run(Session& session, const Arguments& arguments) {
  std::string path = "/api/vigie/who";
  if (!arguments.word(0).empty()) { add_parameter(path, "team", arguments.word(0)); }
  if (arguments.has("--at")) {
    const auto at = typed_time(arguments.value("--at"));
    if (!at) { return session.wrong_use("--at: " + at.error().what); }
    add_parameter(path, "at", *at);
  }
  return show_answer(session, path, [&](const json::object& answer) {
    const json::array& duties = items_of(answer, "oncall");
    if (duties.empty()) {
      session.print_line("nobody is on call");
      return 1;
    }
    Table table({"team", "schedule", "on call", "until", "then"});
    for (const json::value& item : duties) {
      const json::object& duty = item.get_object();
      table.add({or_dash(duty, "team"), or_dash(duty, "schedule"),
                 paint(get_string(duty, "name", get_string(duty, "person")), Colour::bold),
                 short_time(duty, "until", present()), or_dash(duty, "next_name")});
    }
    session.print(table.text());
    return 0;
  });
}

}  // namespace

extern const VerbKind who_verb;
const VerbKind who_verb{.name = "who",
                        .summary = "Who is on call, until when, and who is next",
                        .words = "[TEAM]",
                        .words_max = 1,
                        .names = "teams",
                        .options = kOptions,
                        .example = "vigie who core --at '2026-03-29 03:00'",
                        .run = &run};

}  // namespace vigie::cli
