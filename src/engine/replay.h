#pragma once

#include "engine/heart.h"

namespace vigie::engine {

/// What a start found.
struct Replayed {
  size_t events = 0;
  /// Inputs whose derived facts differ from the recorded ones: another version decided then.
  size_t differences = 0;
};

/// Brings a fresh heart to the newest recorded state: snapshot, then the inputs after it.
/// `corrupt` names the event or the decider.
Result<Replayed> replay(journal::Backend& backend, Heart& heart);

}  // namespace vigie::engine
