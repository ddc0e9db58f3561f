#include "cli/unit_verbs.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments& arguments) {
  return act_on_units(session, "stop", arguments);
}
}  // namespace

extern const VerbKind stop_verb;
const VerbKind stop_verb{.name = "stop",
                         .summary = "Stops supervised services with their whole process tree",
                         .words = "SERVICE...",
                         .words_max = kWordsMax,
                         .names = "services",
                         .options = kUnitOptions,
                         .example = "vigie stop datajs",
                         .run = &run};

}  // namespace vigie::cli
