#pragma once

#include <memory>
#include <vector>

#include "model/decider.h"

namespace vigie::daemon {

/// Every deciding room, in the order in which they see an event.
std::vector<std::unique_ptr<Decider>> make_deciders();

}  // namespace vigie::daemon
