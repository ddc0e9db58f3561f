#pragma once

#include <string>

#include "base/time.h"
#include "model/events.h"

namespace vigie::collect {

/// How looks become a judgement: Docker's health checks.
struct HealthRule {
  int retries = 3;             ///< Failures in a row before `unhealthy`.
  Millis start_period{0};      ///< Failures this soon after a start do not count.
  Millis start_interval = 1s;  ///< Time between looks while starting.
  bool operator==(const HealthRule&) const = default;
};

/// The judgement of one check of one service; pure.
/// A success makes it healthy at once, also in the start period. Failures in the start period of
/// a check that was never healthy since the start are not counted.
class HealthState {
 public:
  HealthState(HealthRule rule, WallTime started) : rule_(rule), started_(started) {}

  /// Takes one look; true when the judgement changed.
  bool look(bool success, const std::string& why, WallTime now);
  /// Begins again as `starting`.
  void restart(WallTime now);
  void set_rule(HealthRule rule) { rule_ = rule; }

  Health health() const { return health_; }
  const std::string& why() const { return why_; }
  int failures() const { return failures_; }
  /// A failure at that time would not count.
  bool forgives(WallTime now) const { return undecided() && now < started_ + rule_.start_period; }
  /// Neither healthy nor unhealthy yet.
  bool undecided() const { return health_ == Health::unknown || health_ == Health::starting; }

 private:
  HealthRule rule_;
  WallTime started_;
  Health health_ = Health::unknown;
  int failures_ = 0;
  std::string why_;
};

}  // namespace vigie::collect
