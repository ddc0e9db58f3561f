#pragma once

#include <string>

#include "base/time.h"
#include "supervise/state.h"

namespace vigie::supervise {

inline constexpr Millis kBackoffMin = 100ms;
inline constexpr Millis kBackoffMax = 60s;
/// Running well for this long makes the next failure the first again.
inline constexpr Millis kWellFor = 10s;
inline constexpr size_t kUnhealthyRestartsMax = 3;
inline constexpr Millis kUnhealthyWindow = 10min;

/// How an instance ended: "exit 3", "killed by signal 9", "ended while nobody could look".
struct Ended {
  bool known = true;
  int code = 0, signal = 0;
  bool clean() const { return known && code == 0 && signal == 0; }
  std::string text() const;
};

enum class Next : uint8_t { stay_down, fail, start_again };

/// What follows when an instance ends that should have run on. Moves failures, backoff and
/// not_before of the unit.
Next after_exit(Unit& unit, const Ended& ended, WallTime now);
/// A failure of the next start counts as the first again.
void forget_failures(Unit& unit);
/// Whether health checks may restart it once more now; counts it when they may.
bool take_unhealthy_restart(Unit& unit, WallTime now);
/// Starts by itself when Vigie starts or the book names it first.
bool starts_by_itself(const Unit& unit);

}  // namespace vigie::supervise
