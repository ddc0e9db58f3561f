#pragma once

#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/time.h"
#include "runbook/state.h"

namespace vigie::runbook {

/// Decider::view for this room; shapes as docs/formats/console-api.md says.
json::value view(const State& state, const std::vector<Runbook>& runbooks, std::string_view path,
                 WallTime now);

/// What a run by hand would start with: defaults under what was given; the names that lack a value.
struct Filled {
  StringMap params;
  std::vector<std::string> missing;
};
Filled fill_parameters(const Runbook& runbook, const StringMap& given);
/// For a run of one step; a manual's other steps need no values then.
Filled fill_parameters(const Runbook& runbook, const Step& only, const StringMap& given);

}  // namespace vigie::runbook
