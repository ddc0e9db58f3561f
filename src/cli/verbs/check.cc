#include "cli/verb_kind.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments&) {
  return session.deps().check(session.book_dir(), session.as_json());
}
}  // namespace

extern const VerbKind check_verb;
const VerbKind check_verb{.name = "check",
                          .summary = "Proves a book before it runs: every problem with its place",
                          .words = "",
                          .words_max = 0,
                          .options = {},
                          .example = "vigie check --book examples/first-watch",
                          .run = &run};

}  // namespace vigie::cli
