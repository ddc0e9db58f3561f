#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "model/effects.h"
#include "model/events.h"

namespace vigie {

/// What one decider makes of one event: facts that follow and things to do.
struct Effects {
  std::vector<EventBody> said;
  std::vector<Effect> performed;

  /// A fact for every decider, applied in this batch after what was said before it.
  void say(EventBody fact) { said.push_back(std::move(fact)); }
  /// `id` must never have been used before; an outcome comes back as EffectSettled.
  void perform(EffectId id, EffectBody body) {
    performed.push_back({std::move(id), std::move(body)});
  }
};

/// A pure state machine: its state is the fold of the events applied. No clock, no I/O, no thread,
/// no randomness, no pointer order. The same events give byte-equal snapshots.
class Decider {
 public:
  virtual ~Decider() = default;
  virtual std::string_view name() const = 0;  ///< The room's.

  /// `now` never goes back within a run of the daemon, and equals event.at.
  /// Events that do not concern the room are ignored. Never fails: nonsense is ignored and said.
  virtual Effects apply(const Event& event, WallTime now) = 0;
  /// When apply(TimerDue) is wanted; nullopt: never. Times in the past mean at once.
  virtual std::optional<WallTime> next_timer() const = 0;

  virtual json::value snapshot() const = 0;
  /// Into a fresh decider. `corrupt` when the snapshot makes no sense.
  virtual Status restore(const json::value& snapshot) = 0;
  virtual std::unique_ptr<Decider> fresh() const = 0;

  /// What people may see, by path ("", "incidents", "incidents/12"); null when there is none.
  /// Shapes: docs/formats/console-api.md.
  virtual json::value view(std::string_view path, WallTime now) const = 0;
};

}  // namespace vigie
