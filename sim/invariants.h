#pragma once

#include <string>
#include <vector>

#include "sim/world.h"

namespace vigie::sim {

/// What must hold at every instant, whatever happened. Each broken one as a sentence.
///
/// 1. an open, unmuted incident that nobody answered waits on a run, a timer or a person;
/// 2. no idempotency key is delivered twice without a crash, at most once more for each crash, and
///    then marked as a repeat;
/// 3. a step reported done never runs again, and no unit runs twice;
/// 4. what was acknowledged is in the journal, and a replay derives what was recorded;
/// 5. every queue is within its bound.
std::vector<std::string> broken_invariants(World& world);

}  // namespace vigie::sim
