#include "collect/health.h"

#include <algorithm>

namespace vigie::collect {

bool HealthState::look(bool success, const std::string& why, WallTime now) {
  const Health before = health_;
  if (success) {
    failures_ = 0;
    health_ = Health::healthy;
    why_ = why;
    return before != health_;
  }
  if (!forgives(now)) { failures_ = std::min(failures_ + 1, 1'000'000); }
  if (health_ == Health::unknown) { why_ = why; }
  if (failures_ >= rule_.retries) { health_ = Health::unhealthy; }
  if (health_ == Health::unhealthy) { why_ = why; }
  return before != health_;
}

void HealthState::restart(WallTime now) {
  started_ = now;
  failures_ = 0;
  health_ = Health::starting;
  why_ = "started";
}

}  // namespace vigie::collect
