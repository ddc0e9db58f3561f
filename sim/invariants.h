#pragma once

#include <string>

#include "sim/world.h"

namespace vigie::sim {

/// What must hold at every instant, whatever happened. The first broken one as a sentence, or "".
///
/// 1. an open, unmuted incident that nobody answered waits on a run or a timer, and something is
///    done about it at least every 40 minutes;
/// 2. an alert is placed, and an incident answered by a run or a page, in the instant it appears;
///    nobody is paged for what is answered, muted or over; what needs something unhealthy is its
///    victim and opens no incident of its own;
/// 3. a key is delivered once, at most once more for each crash between and for each time nobody
///    heard that it arrived, then marked as a repeat;
/// 4. a step that may not be repeated never is, and no unit runs twice;
/// 5. what was acknowledged is in the journal; a replay derives what was recorded; a start knows
///    byte for byte what the life before knew, and a snapshot survives a restore (at every crash
///    while there is little to know, then at every fifth and tenth);
/// 6. every queue is within its bound.
std::string broken_invariant(World& world);

/// What must hold once the world was well for a while (well_again): every effect has an outcome,
/// and every receiver knows what fires and what is over.
/// `telling`: also whether each receiver was told the last word about each alert.
std::string broken_when_well(World& world, bool telling);

/// Repairs everything and lets two hours pass.
void well_again(World& world);

}  // namespace vigie::sim
