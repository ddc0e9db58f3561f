#pragma once

#include <memory>
#include <vector>

#include "config/fwd.h"
#include "config/node.h"
#include "config/problems.h"
#include "model/decider.h"

/// Services with what they need, chains with their stages: where an alert belongs, which stage
/// broke first, what is cause and what is victim.
///
/// A chain's first broken stage is the earliest whose inflow is alive and from which nothing flows
/// on. Two chains that break at the same service or topic give alerts the same key, so that they
/// become one incident. A service whose needs are unhealthy is a victim of the deepest of them.
///
/// An alert of a chain of which no stage is known to be broken is placed tentatively at first: for
/// ten seconds, within which flows and robots usually find the stage. A chain recovers stage by
/// stage: for two minutes, stages that lag behind the one that broke are not taken for broken.
///
/// Lives on: core. Owned by: engine. Time: `now` alone, for the words "since".
/// Durable: by its events: flows, robot results, healths, alerts and what was said of them.
/// Limits: 10,000 services, 1,000 chains of 200 stages. Placement is said again only when it
/// changed.
/// Never: guesses a stage from an alert's name; labels alone say where an alert belongs.
namespace vigie::topology {

std::unique_ptr<Decider> make_decider();

/// `services` and `chains` of a book, needs and stages that do not exist, cycles in needs.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

}  // namespace vigie::topology
