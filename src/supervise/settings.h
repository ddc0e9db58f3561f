#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/config.h"
#include "model/record.h"

namespace vigie::supervise {

enum class Policy : uint8_t { no, always, on_failure, unless_stopped };

/// What must hold of another service before a unit starts.
struct Need {
  std::string service;
  bool healthy = false;  ///< Else it is enough that it was started.
  VIGIE_FIELDS(service, healthy)
};

/// `services.X.run` as the decider keeps it.
struct UnitSettings {
  std::string runtime;  ///< A runtime kind: "process".
  std::string run;      ///< Its section, as JSON text, for the runtime.
  Policy policy = Policy::unless_stopped;
  int64_t failures_max = 0;  ///< Of on-failure; 0: no limit.
  bool restart_unhealthy = false;
  bool leave_on_exit = false;  ///< Runs on when Vigie stops in order.
  int64_t signal = 15;
  Millis grace{10'000};
  std::vector<Need> needs;
  bool has_health = false;  ///< Somebody checks it, so that it is well only when that says so.
  VIGIE_FIELDS(runtime, run, policy, failures_max, restart_unhealthy, leave_on_exit, signal, grace,
               needs, has_health)
};

/// Every service with a `run` section that this release acts on, by name.
std::map<std::string, UnitSettings> read_units(const config::Node& root,
                                               config::Problems& problems);
/// What may stand under `run:` beside a runtime.
std::span<const config::Field> run_fields();

/// "TERM", "SIGTERM", "15". `invalid` with the known names.
Result<int> parse_signal(std::string_view text);

}  // namespace vigie::supervise

namespace vigie {
VIGIE_WORDS(supervise::Policy, no, always, on_failure, unless_stopped);
}  // namespace vigie
