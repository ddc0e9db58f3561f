#pragma once

#include <string>

#include "base/random.h"
#include "config/config.h"

namespace vigie::sim {

/// A book of a random house: people, rota, services that need each other, a chain, rules with and
/// without `for`, runbooks. The same seed gives the same book.
config::Node random_book(Random& random);

struct LifeResult {
  uint64_t steps = 0;
  size_t deliveries = 0, crashes = 0, events = 0;
  Millis simulated{0};
  std::string broken;  ///< Empty when every invariant held at every instant.
};

/// Lets a random life happen: alerts, faults, people, crashes, full disks, dead carriers, clock
/// jumps. `trace` prints every act. `telling`: asks at the end whether each receiver was told the
/// last word about each alert.
LifeResult live(uint64_t seed, uint64_t steps, bool trace, bool telling);

}  // namespace vigie::sim
