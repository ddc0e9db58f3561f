#pragma once

#include "base/time.h"

namespace vigie::engine {

/// Wall time that advances with the monotonic clock, so that waits are not cut or stretched by
/// an NTP step; a difference beyond one second is reported and then adopted.
class SteadyWall {
 public:
  static constexpr Millis kTolerance{1'000};

  explicit SteadyWall(const Clock& clock)
      : clock_(clock), wall_(clock.wall()), mono_(clock.mono()) {}

  WallTime now() const { return wall_ + std::chrono::floor<Millis>(clock_.mono() - mono_); }

  /// How far the clock moved away since the last call; 0 within the tolerance. Small drift is
  /// adopted silently unless that would take time back.
  Millis take_jump() {
    const WallTime steady = now();
    const WallTime real = clock_.wall();
    const Millis by = real - steady;
    if (by <= kTolerance && by >= -kTolerance) {
      if (by > Millis{0}) { rebase(real); }
      return Millis{0};
    }
    rebase(real);
    return by;
  }

 private:
  void rebase(WallTime wall) {
    wall_ = wall;
    mono_ = clock_.mono();
  }

  const Clock& clock_;
  WallTime wall_;
  MonoTime mono_;
};

}  // namespace vigie::engine
