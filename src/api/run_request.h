#pragma once

#include <string>

#include "api/acting.h"

namespace vigie::api {

/// What a person who starts a runbook asks for.
struct RunWanted {
  std::string runbook;  ///< Its id, or "ID#STEP".
  uint64_t incident = 0;
  StringMap params;
};

/// Reads {"incident", "params"}; `invalid` names what is of the wrong type.
Result<RunWanted> read_run_wanted(std::string_view runbook, const json::object& body);
/// What would be done, or the refusal of a wrong request: no such runbook, step or incident, a
/// parameter that the runbook does not know.
Question plan_of(RunWanted wanted);
/// Objects to such a request, to what its guard holds back, and to a step that nothing can fill:
/// better than a run that fails halfway.
Question run_objection(RunWanted wanted);

}  // namespace vigie::api
