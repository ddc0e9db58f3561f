#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/loop.h"
#include "collect/collector_kind.h"
#include "collect/facts.h"
#include "collect/scraped.h"
#include "config/fwd.h"
#include "config/node.h"
#include "config/problems.h"
#include "config/secrets.h"

namespace vigie::collect {

/// What the room needs of the house; all of it outlives it.
struct CollectDeps {
  Loop& edge;
  SampleSink samples;
  FactSink facts;
  std::string host_name;   ///< The label instance of collectors; also spreads scrapes.
  std::string fleets_dir;  ///< Where fleets remember; "" for nowhere.
  UnitSource units;        ///< Called on edge.
  std::string proc = "/proc", sys = "/sys";
};

/// Looks at the world and says what it sees: scrapes, collectors, probes, heartbeats, robots.
///
/// Samples go to `samples` as they come, one batch a scrape or look; judgements go to `facts` when
/// they change. Nothing is decided here.
///
/// Lives on: edge; every call except check_book. Owned by: the daemon.
/// Time: rounds begin by wall clock (aligned, spread by a hash), waits and deadlines are
///   monotonic. After a jump of the wall clock the next round comes within one interval.
/// Durable: fleets, to within 30 s (docs/formats/fleets.md). Everything else begins anew: a
///   service is `unknown` until it was looked at, and then said once.
/// Limits: one round of a target at a time, each with a deadline; bodies 256 MiB, probes' 1 MiB;
///   the book bounds the rest. A sink that refuses is counted and shown as the target's error.
/// Never: blocks the loop on the network; forgets to mark what vanished as stale; shows a secret.
class Collect {
 public:
  explicit Collect(CollectDeps deps);
  ~Collect();

  /// Follows a book: what stays as it is keeps its phase and state. Errors leave the old book
  /// running and go to `problems`.
  Status adopt(const config::Node& root, const config::Secrets& secrets,
               config::Problems& problems);
  /// Cancels all rounds, writes fleets, and ends without marking anything stale. Must have ended
  /// before the destructor runs.
  Task<void> stop();

  /// `data` of /api/v1/targets in Prometheus' form. `state`: "active", "dropped", "any" or "".
  json::object targets_json(std::string_view state = "", std::string_view pool = "") const;
  /// `data` of /api/v1/metadata. `limit` 0: all.
  json::object metadata_json(std::string_view metric = "", size_t limit = 0) const;

  /// A device of a fleet was heard. `not_found`, `invalid`, `exhausted`.
  Status heartbeat(std::string_view fleet, std::string_view device, WallTime at);
  /// {name, devices, active, inactive, inactive_after_ms, list: [{device, last_at, active}]}.
  Result<json::object> fleet_json(std::string_view name, bool inactive_only, size_t limit) const;
  json::array fleets_json() const;  ///< Every fleet without its list.
  /// Every probe and why it is as it is, see docs/formats/console-api.md.
  json::array probes_json() const;

  /// Supervise started the service (again): its health is `starting` and looked at soon.
  void service_restarted(const std::string& service);
  /// A person stopped the service: it is unhealthy, and not looked at until it is started.
  void service_stopped(const std::string& service);
  Health health(const std::string& service) const;
  /// Services whose health somebody checks.
  std::vector<std::string> checked_services() const;
  /// Sends a chain's robot now; false when it has none.
  bool run_robot(const std::string& chain);

  /// The room's own telemetry in Prometheus' text format, and process_*.
  void append_metrics(std::string& out) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Everything wrong with what the book says about collecting, each with its place.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

}  // namespace vigie::collect
