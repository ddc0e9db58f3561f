#pragma once

#include <map>
#include <string>
#include <vector>

#include "config/node.h"
#include "config/problems.h"

namespace vigie::alerting {

/// One entry of a receiver's `<kind>_configs` that this release can send to.
struct Integration {
  std::string kind;  ///< "webhook", "email".
  int64_t index = 0;
  bool send_resolved = true;
  std::string key() const { return kind + "/" + std::to_string(index); }
};

/// `receivers` by name. Settings of the kinds themselves are checked where they are sent from.
using Receivers = std::map<std::string, std::vector<Integration>>;

/// Unknown kinds are errors; kinds of Alertmanager that are not sent yet are warnings, and what
/// Alertmanager itself refuses about their credentials are errors.
Receivers read_receivers(const config::Node& root, config::Problems& problems);

}  // namespace vigie::alerting
