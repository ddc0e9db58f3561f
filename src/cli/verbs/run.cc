#include "cli/verb_kind.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments&) {
  return session.deps().run(session.book_dir());
}
}  // namespace

extern const VerbKind run_verb;
const VerbKind run_verb{.name = "run",
                        .summary = "Starts Vigie on a watch book, in the foreground",
                        .words = "",
                        .words_max = 0,
                        .options = {},
                        .example = "vigie run --book examples/first-watch",
                        .run = &run};

}  // namespace vigie::cli
