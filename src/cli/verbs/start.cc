#include "cli/unit_verbs.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments& arguments) {
  return act_on_units(session, "start", arguments);
}
}  // namespace

extern const VerbKind start_verb;
const VerbKind start_verb{
    .name = "start",
    .summary = "Starts supervised services; one that runs already is left alone",
    .words = "SERVICE...",
    .words_max = kWordsMax,
    .names = "services",
    .options = kUnitOptions,
    .example = "vigie start datajs",
    .run = &run};

}  // namespace vigie::cli
