#pragma once

#include <string>

#include "base/random.h"
#include "config/config.h"
#include "sim/world.h"

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

struct LifeOptions {
  uint64_t seed = 1;
  uint64_t steps = 400;
  bool trace = false;          ///< Prints every act.
  bool telling = true;         ///< Asks at the end whether each receiver was told the last word.
  MakeDeciders deciders = {};  ///< The house's, when nothing is given.
};

/// Lets a random life happen: alerts, faults, people, crashes, full disks, dead carriers, clock
/// jumps.
LifeResult live(const LifeOptions& options);

}  // namespace vigie::sim
