#include "cli/lists.h"

namespace vigie::cli {

namespace {

int run(Session& session, const Arguments& arguments) {
  const auto answer = session.post("/api/vigie/link", json::object{{"person", arguments.word(0)}});
  if (!answer) { return session.fail(answer.error()); }
  session.as_json() ? session.print_json(*answer)
                    : session.print_line(get_string(answer->get_object(), "url"));
  return 0;
}

}  // namespace

extern const VerbKind link_verb;
const VerbKind link_verb{.name = "link",
                         .summary = "Prints a link that signs one person in to the console, once",
                         .words = "[PERSON]",
                         .words_max = 1,
                         .options = {},
                         .example = "vigie link ana",
                         .run = &run};

}  // namespace vigie::cli
