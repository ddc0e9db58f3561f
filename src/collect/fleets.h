#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/loop.h"
#include "collect/facts.h"
#include "collect/fleet_table.h"
#include "collect/rounds.h"
#include "collect/text_target.h"
#include "collect/text_writer.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::collect {

/// One entry of `fleets`.
struct FleetSettings {
  std::string name;
  Millis inactive_after{0}, forget_after{0};
  uint64_t devices_max = 0;
  double degraded_above = 0;  ///< Share of silent devices, 0 to 1.
};
std::vector<FleetSettings> read_fleets(const config::Node& root, config::Problems& problems);

/// All fleets: takes heartbeats, counts who is silent, remembers through restarts.
///
/// Lives on: edge; images are written by a thread of its own. Durable: which devices there are,
/// before a heartbeat is answered; when each was heard last, to within 30 s. See
/// docs/formats/fleets.md.
class Fleets {
 public:
  Fleets(Loop& loop, Rounds& rounds, std::string dir, SampleSink sink, FactSink facts);
  ~Fleets();

  /// Reads what a new fleet left on disk; fleets that stay keep their devices.
  void adopt(const std::vector<FleetSettings>& fleets);
  /// `not_found` for an unknown fleet, `invalid` for the name, `exhausted` beyond devices-max,
  /// or when a new device is counted and could not be written down.
  Status heartbeat(std::string_view fleet, std::string_view device, WallTime at);
  /// {name, devices, active, inactive, inactive_after_ms, list}; `not_found`.
  Result<json::object> fleet_json(std::string_view name, bool inactive_only, size_t limit) const;
  /// The same of every fleet without lists.
  json::array fleets_json() const;
  /// vigie_fleet_… in text format.
  void append_metrics(TextWriter& out) const;
  /// Writes all; blocks on the disk.
  void save_all();

 private:
  class Tick;
  struct Fleet;
  void tick(WallTime now);
  void judge(Fleet& fleet, WallTime now);
  void load(Fleet& fleet, WallTime now);
  void save(Fleet& fleet, WallTime now);
  std::string path_of(const std::string& name) const;
  static json::object summary(const Fleet& fleet);

  Loop& loop_;
  Rounds& rounds_;
  const std::string dir_;
  const FactSink facts_;
  TextTarget target_;
  std::map<std::string, std::unique_ptr<Fleet>, std::less<>> fleets_;
  std::unique_ptr<Pool> writer_;
  WallTime sampled_at_{}, saved_at_{};
};

}  // namespace vigie::collect
