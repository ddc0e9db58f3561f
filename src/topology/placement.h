#pragma once

#include <string>

#include "model/events.h"
#include "topology/settings.h"
#include "topology/world.h"

namespace vigie::topology {

struct Placement {
  AlertPlaced placed;
  /// Something is broken where it was put; else only the alert's labels speak for it.
  bool evident = false;
};

/// Where an alert with these labels belongs, as the world is now.
Placement place(const std::string& fingerprint, const Labels& labels, const Settings& settings,
                const World& world);

}  // namespace vigie::topology
