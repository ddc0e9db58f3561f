#pragma once

#include <memory>
#include <vector>

#include "config/fwd.h"
#include "model/decider.h"
#include "supervise/fwd.h"
#include "supervise/units.h"

/// Units: the services that Vigie runs itself, each exactly once.
///
/// The decider (`make_decider`) says what should run and when; `Units` starts, stops and watches.
/// Lives on: the decider on core, Units on edge. Owned by: the daemon.
/// Time: wall clock for back-off (100 ms doubling to 60 s), monotonic for stopping.
/// Durable: the decider's state through the journal; for each start a directory below data/units,
/// so that a process is found again whatever crashed when; data/logs/UNIT.log.
/// Limits: logs of 10 MiB and three older ones a unit.
/// Never: runs two instances of a unit, however often it is asked; forgets one that it started.
namespace vigie::supervise {

/// Views: "units" and "units/NAME" (docs/formats/console-api.md), "stop-order": the names of units
/// that end when Vigie ends in order, those that need others first.
std::unique_ptr<Decider> make_decider();

/// Everything wrong with `services.X.run`.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

}  // namespace vigie::supervise
