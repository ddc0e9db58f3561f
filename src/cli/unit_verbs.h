#pragma once

#include "cli/lists.h"
#include "cli/verb_kind.h"

namespace vigie::cli {

/// start, stop and restart differ in one word. Asks for every service named; an exit status.
int act_on_units(Session& session, std::string_view verb, const Arguments& arguments);
inline constexpr Option kUnitOptions[] = {kAsPerson};

}  // namespace vigie::cli
