#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "runbook/state.h"

namespace vigie::runbook {

/// What holds a run back; `why` is "" when it may start.
struct Verdict {
  bool allowed = true;
  std::string why;
};

/// The services a run would disturb, sorted: what the front matter says, else what its service
/// steps name, and for other steps that act the incident's service.
std::vector<std::string> disturbed_by(const Runbook& runbook, const Labels& labels,
                                      const StringMap& params, const std::string& service);

/// Blast radius for everybody; cooldown, at-most and services that a person stopped only for runs
/// that start by themselves.
/// The cooldown is counted from the last verification that succeeded.
Verdict may_start(const State& state, const Runbook& runbook, const std::string& service,
                  const std::vector<std::string>& disturbs, bool automatic, WallTime now);

std::string past_key(const std::string& runbook, const std::string& service);
void remember_start(State& state, const Runbook& runbook, const std::string& service, WallTime now);
void remember_verified(State& state, const std::string& runbook, const std::string& service,
                       WallTime now);

}  // namespace vigie::runbook
