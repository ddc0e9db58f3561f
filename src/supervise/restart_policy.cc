#include "supervise/restart_policy.h"

#include <fmt/format.h>

#include <algorithm>

namespace vigie::supervise {

std::string Ended::text() const {
  if (!known) { return "it ended, and nobody saw how"; }
  if (signal != 0) { return fmt::format("killed by signal {}", signal); }
  return fmt::format("exit {}", code);
}

void forget_failures(Unit& unit) {
  unit.failures = 0;
  unit.backoff = Millis{0};
  unit.not_before.reset();
}

Next after_exit(Unit& unit, const Ended& ended, WallTime now) {
  const bool ran_well = unit.well_since && *unit.well_since + kWellFor <= now;
  if (ran_well) { forget_failures(unit); }
  switch (unit.settings.policy) {
    case Policy::no:
      return ended.clean() ? Next::stay_down : Next::fail;
    case Policy::on_failure:
      if (ended.clean()) { return Next::stay_down; }
      if (unit.settings.failures_max > 0 && unit.failures >= unit.settings.failures_max) {
        return Next::fail;
      }
      break;
    case Policy::always:
    case Policy::unless_stopped:
      break;
  }
  ++unit.failures;
  unit.backoff = unit.backoff == Millis{0} ? kBackoffMin : std::min(unit.backoff * 2, kBackoffMax);
  unit.not_before = now + unit.backoff;
  return Next::start_again;
}

bool take_unhealthy_restart(Unit& unit, WallTime now) {
  std::erase_if(unit.unhealthy_restarts,
                [&](WallTime each) { return each + kUnhealthyWindow <= now; });
  if (unit.unhealthy_restarts.size() >= kUnhealthyRestartsMax) { return false; }
  unit.unhealthy_restarts.push_back(now);
  return true;
}

bool starts_by_itself(const Unit& unit) {
  if (unit.removed || unit.gave_up) { return false; }
  switch (unit.settings.policy) {
    case Policy::no:
      return false;
    case Policy::always:
      return true;
    case Policy::on_failure:
    case Policy::unless_stopped:
      return !unit.stopped_by_hand;
  }
  return false;
}

}  // namespace vigie::supervise
