#pragma once

#include <memory>
#include <vector>

#include "config/fwd.h"
#include "config/node.h"
#include "config/problems.h"
#include "model/decider.h"
#include "oncall/fwd.h"

/// Who is called, over what, when nobody answers whom next, and the ledger of every page.
///
/// The decider answers each PageWanted with an escalation: level by level with their waits,
/// `repeat` more rounds, then the last resort every ten minutes until somebody answers. Within a
/// level each person's own `notify` rules choose channels. A failed attempt opens the person's next
/// channel at once and is tried again after 5 s doubling to 5 min, 8 times; when nobody of a level
/// can be reached the next level is called at once. An incident that ends by itself and is back
/// within five minutes goes on where its escalation stood, the time away included; that it is over
/// is told after 30 s, so that an alert that flaps neither begins anew nor floods. The other half
/// of the room, which carries messages out of the machine, is notifiers.h.
///
/// Lives on: core (the decider), edge (the notifiers). Owned by: the engine and the daemon.
/// Time: wall clock, because "within 15 minutes" is promised to people; turns of days are civil.
/// Durable: yes; state equals the fold of its events.
/// Limits: the newest 1000 pages and 200 resolved incidents are kept. An event costs what it
/// touches, however many incidents there are.
/// Never: pages nobody. An empty level moves on at once and says so, an empty path is the last
/// resort, an empty last resort is everybody in the book.
namespace vigie::oncall {

/// Views: "" (counts), "oncall", "who?team=T&at=MS", "pages?incident=ID&limit=N", "why/PAGE",
/// "next/INCIDENT", "people".
std::unique_ptr<Decider> make_decider();
/// Every error of the sections about people, with its place: cross references, holes, paths.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

}  // namespace vigie::oncall
