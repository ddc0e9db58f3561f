#pragma once

#include <set>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/node.h"
#include "config/problems.h"
#include "model/labels.h"
#include "tsdb/matcher.h"

namespace vigie::alerting {

/// One node of Alertmanager's routing tree, with what it inherits already filled in.
struct Route {
  std::string key;  ///< `{}/{team="a"}`: the matchers from the root, as Alertmanager names it.
  tsdb::Matchers matchers;
  bool goes_on = false;  ///< `continue`
  std::string receiver;
  bool group_by_all = false;  ///< group_by: ['...']
  std::set<std::string> group_by;
  Millis group_wait{30'000}, group_interval{300'000}, repeat_interval{14'400'000};
  std::vector<std::string> muted_during, active_during;  ///< Not inherited, as Alertmanager has it.
  std::string escalation, urgency;                       ///< Vigie's own; inherited.
  std::vector<Route> routes;
  config::Place place;

  /// The labels that make alerts of this route one group.
  Labels group_labels(const Labels& alert) const;
};

/// `route` of the book. Without one: a root that matches everything and has no receiver.
Route read_route(const config::Node& root, config::Problems& problems);

/// The routes an alert ends in, at least one.
std::vector<const Route*> match_routes(const Route& root, const Labels& labels);

}  // namespace vigie::alerting
