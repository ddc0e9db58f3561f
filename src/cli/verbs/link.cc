#include <fmt/core.h>

#include "cli/lists.h"

namespace vigie::cli {

namespace {

int run(Session& session, const Arguments& arguments) {
  const auto answer = session.post("/api/vigie/link", json::object{{"person", arguments.word(0)}});
  if (!answer) { return session.fail(answer.error()); }
  if (session.as_json()) {
    session.print_json(*answer);
    return 0;
  }
  const json::object& link = answer->get_object();
  session.print_line(get_string(link, "url"));
  // Apart from the link, which is piped into a browser.
  session.note(fmt::format("for {}, once, within an hour",
                           get_string(link, "name", get_string(link, "person"))));
  return 0;
}

}  // namespace

extern const VerbKind link_verb;
const VerbKind link_verb{.name = "link",
                         .summary = "Prints a link that signs one person in to the console, once",
                         .words = "[PERSON]",
                         .words_max = 1,
                         .names = "people",
                         .options = {},
                         .example = "vigie link ana",
                         .run = &run};

}  // namespace vigie::cli
