#pragma once

#include <optional>
#include <string>
#include <vector>

#include "supervise/state.h"

namespace vigie::supervise {

/// The first need that does not hold yet, as a clause: "kafka is not healthy"; nullopt: all hold.
/// A service without health checks is as good as healthy when it runs.
std::optional<std::string> unmet_need(const State& state, const Unit& unit);

/// A living unit that needs `name`, is to be stopped too, and so goes first; "" when none.
std::string stops_before(const State& state, const std::string& name);

/// Every unit, those that need others before what they need. Circles are cut somewhere.
std::vector<std::string> stop_order(const State& state);

}  // namespace vigie::supervise
