#pragma once

#include "cli/verb_kind.h"

namespace vigie::cli {

/// backup and restore: gives FILE to `act` and says what it held; `done` is "written to".
int move_journal(Session& session, const Arguments& arguments, std::string_view verb,
                 const JournalAct& act, std::string_view done);

}  // namespace vigie::cli
