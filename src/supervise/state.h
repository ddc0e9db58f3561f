#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/events.h"
#include "model/record.h"
#include "supervise/settings.h"

/// What the supervise decider remembers; its snapshot is this and nothing else.
namespace vigie::supervise {

/// What effect is under way for a unit.
enum class Pending : uint8_t { nothing, start, adopt, stop };

/// An exit that was heard of before the start it belongs to was settled.
struct EarlyExit {
  int64_t pid = 0, start = 0;
  bool known = true;
  int64_t code = 0, signal = 0;
  VIGIE_FIELDS(pid, start, known, code, signal)
};

struct Unit {
  UnitSettings settings;
  UnitState state = UnitState::stopped;
  std::string why;
  WallTime since;

  bool wanted = false;           ///< It should run.
  bool stopped_by_hand = false;  ///< unless-stopped keeps it so over a restart of Vigie.
  bool removed = false;          ///< The book has it no more: stop it, then forget it.
  bool restart_wanted = false;   ///< End it, then start it again.
  bool gave_up = false;          ///< on-failure:N is spent; only a person starts it again.

  int64_t pid = 0, start = 0;  ///< Of the living instance; pid 0: none.
  Pending pending = Pending::nothing;
  std::string effect;
  std::vector<EarlyExit> early;

  int64_t restarts = 0;
  int64_t failures = 0;  ///< In a row, without 10 s of good running between them.
  Millis backoff{0};     ///< Before the next start; 0: none yet.
  std::optional<WallTime> not_before;
  /// Since when it runs well: running, and healthy when somebody checks.
  std::optional<WallTime> well_since;
  std::vector<WallTime> unhealthy_restarts;
  VIGIE_FIELDS(settings, state, why, since, wanted, stopped_by_hand, removed, restart_wanted,
               gave_up, pid, start, pending, effect, early, restarts, failures, backoff, not_before,
               well_since, unhealthy_restarts)

  /// A person stopped it, and wants it so.
  bool rests_by_hand() const { return stopped_by_hand && !wanted && !removed; }
};

struct State {
  bool started = false;  ///< A daemon was seen to start.
  int64_t last_effect = 0;
  std::map<std::string, Unit> units;
  std::map<std::string, Health> health;  ///< Of every service somebody checks.
  std::vector<std::string> checked;      ///< Services with health checks, sorted.
  VIGIE_FIELDS(started, last_effect, units, health, checked)
};

}  // namespace vigie::supervise

namespace vigie {
VIGIE_WORDS(supervise::Pending, nothing, start, adopt, stop);
}  // namespace vigie
