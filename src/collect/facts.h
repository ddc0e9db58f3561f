#pragma once

#include <functional>
#include <string>
#include <variant>

#include "base/time.h"
#include "model/events.h"

namespace vigie::collect {

/// A fleet crossed the share of silent devices that its book entry calls too many, or came back
/// below half of it.
struct FleetChanged {
  std::string fleet;
  bool degraded = false;
  uint64_t active = 0, inactive = 0;
  std::string why;
};

/// A judgement, said only when it differs from the one before; the daemon makes journal events of
/// them. RobotRoundEnded is said every round, because a chain's page shows the newest.
struct Fact {
  WallTime at;
  std::variant<HealthChanged, RobotRoundEnded, FleetChanged> body;
};
/// Called on the edge loop; must not block.
using FactSink = std::function<void(Fact)>;

}  // namespace vigie::collect
