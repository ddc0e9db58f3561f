#include "cli/verb_kind.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments&) {
  if (session.as_json()) {
    session.print_json(json::object{{"version", session.deps().version}});
  } else {
    session.print_line("vigie " + session.deps().version);
  }
  return 0;
}
}  // namespace

extern const VerbKind version_verb;
const VerbKind version_verb{.name = "version",
                            .summary = "Prints the version",
                            .words = "",
                            .words_max = 0,
                            .options = {},
                            .example = "vigie version",
                            .run = &run};

}  // namespace vigie::cli
