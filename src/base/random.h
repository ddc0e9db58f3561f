#pragma once

#include <bit>
#include <cstdint>
#include <span>
#include <utility>

#include "base/assert.h"

namespace vigie {

/// A deterministic generator (xoshiro256**): the same seed gives the same world on every machine.
/// Never for secrets. Not thread-safe; give each actor its own with `fork()`.
class Random {
 public:
  explicit Random(uint64_t seed) {
    for (uint64_t& word : state_) { word = next_split(seed); }
  }

  uint64_t next() {
    const uint64_t out = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return out;
  }

  /// Evenly in [0, bound).
  uint64_t below(uint64_t bound) {
    ASSERT(bound != 0, "nothing is below zero");
    // The uneven rest at the top is drawn again.
    const uint64_t uneven = (0 - bound) % bound;
    while (true) {
      const uint64_t drawn = next();
      if (drawn >= uneven) { return drawn % bound; }
    }
  }

  /// Evenly in [least, most].
  int64_t between(int64_t least, int64_t most) {
    ASSERT(least <= most, "an empty range: {} to {}", least, most);
    const uint64_t width = static_cast<uint64_t>(most) - static_cast<uint64_t>(least);
    const uint64_t offset = width == UINT64_MAX ? next() : below(width + 1);
    return static_cast<int64_t>(static_cast<uint64_t>(least) + offset);
  }

  /// Evenly in [0, 1).
  double unit() { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  bool chance(double probability) { return unit() < probability; }

  template <class T>
  T& pick(std::span<T> choices) {
    return choices[below(choices.size())];
  }
  template <class Container>
  auto& pick(Container& choices) {
    return choices[below(choices.size())];
  }
  template <class Container>
  void shuffle(Container& items) {
    for (size_t left = items.size(); left > 1; --left) {
      std::swap(items[left - 1], items[below(left)]);
    }
  }

  /// A generator whose draws do not depend on how many more are drawn from this one.
  Random fork() { return Random{next()}; }

 private:
  static uint64_t next_split(uint64_t& seed) {
    seed += 0x9e3779b97f4a7c15;
    uint64_t z = seed;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  uint64_t state_[4];
};

}  // namespace vigie
