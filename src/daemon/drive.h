#pragma once

#include <string>

#include "base/loop.h"
#include "engine/engine.h"

namespace vigie::daemon {

/// Asks the supervisor for a verb on a unit and waits until it is so: started and restarted means
/// running (and healthy, where health is known) in a new instance, stopped means stopped.
/// Errors: `not_found` for a unit Vigie does not run, `timeout` with the state it was left in,
/// `unavailable` when the unit gave up.
Task<Status> drive_unit(Loop& edge, engine::Engine& engine, std::string unit, std::string verb,
                        MonoTime deadline);

}  // namespace vigie::daemon
