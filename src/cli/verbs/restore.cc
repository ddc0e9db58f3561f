#include "cli/journal_verbs.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments& arguments) {
  return move_journal(session, arguments, "restore", session.deps().restore, "restored from");
}
}  // namespace

extern const VerbKind restore_verb;
const VerbKind restore_verb{.name = "restore",
                            .summary = "Fills an empty data directory from such a file",
                            .words = "FILE",
                            .words_max = 1,
                            .options = {},
                            .example = "vigie restore vigie-journal.jsonl",
                            .run = &run};

}  // namespace vigie::cli
