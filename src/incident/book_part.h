#pragma once

#include "config/node.h"
#include "incident/state.h"

namespace vigie::incident {

/// Owners of services, flows of stages and expressions of alerting rules; what is odd is left out.
BookPart read_book(const config::Node& root);

}  // namespace vigie::incident
