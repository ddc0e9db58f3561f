#pragma once

#include "config/node.h"
#include "config/problems.h"

namespace vigie::oncall {

/// Every entry of every receiver's `<kind>_configs` that this room has a notifier for, against that
/// kind's fields. Entries of other kinds are the alerting room's to answer.
void check_receivers(const config::Node& root, config::Problems& problems);

}  // namespace vigie::oncall
