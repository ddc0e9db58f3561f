#include "cli/unit_verbs.h"

namespace vigie::cli {

namespace {
int run(Session& session, const Arguments& arguments) {
  return act_on_units(session, "restart", arguments);
}
}  // namespace

extern const VerbKind restart_verb;
const VerbKind restart_verb{.name = "restart",
                            .summary = "Restarts supervised services",
                            .words = "SERVICE...",
                            .words_max = kWordsMax,
                            .names = "services",
                            .options = kUnitOptions,
                            .example = "vigie restart datajs",
                            .run = &run};

}  // namespace vigie::cli
