#pragma once

#include <string>

#include "oncall/calling.h"
#include "oncall/roster.h"
#include "oncall/state.h"

/// The words of a page: what broke, since when, why you, what was tried, what happens next.
namespace vigie::oncall {

struct PageWords {
  std::string subject, text;
};

/// `why`: why this person. The pursuit's plan is already made, so the next step is known.
PageWords page_words(const Roster& roster, const State& state, const Pursuit& pursuit,
                     const std::string& why, WallTime now);
/// Tells somebody who was paged how it went on. `how`: "acknowledged by ana"; `at`: when.
PageWords notice_words(const Roster& roster, const Pursuit& pursuit, const std::string& how,
                       WallTime at);
/// "level 2 of core", "the last resort".
std::string step_name(const Roster& roster, const Pursuit& pursuit);

}  // namespace vigie::oncall
