#include "cli/journal_verbs.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments& arguments) {
  return move_journal(session, arguments, "backup", session.deps().backup, "written to");
}
}  // namespace

extern const VerbKind backup_verb;
const VerbKind backup_verb{
    .name = "backup",
    .summary = "Writes the journal to one checksummed file; the daemon may run",
    .words = "FILE",
    .words_max = 1,
    .options = {},
    .example = "vigie backup vigie-journal.jsonl",
    .run = &run};

}  // namespace vigie::cli
