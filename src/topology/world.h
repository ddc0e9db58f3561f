#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/events.h"
#include "topology/settings.h"

/// What is known of stages and services, and the two questions asked of it: which stage of a chain
/// broke first, and of which service is another a victim. Pure functions over plain data.
namespace vigie::topology {

struct StageFacts {
  Flow flow = Flow::unknown;
  double value = 0;
  WallTime since{};        ///< Of `flow`.
  bool was_alive = false;  ///< Since the flow was last known to be alive.
  double alive_value = 0;  ///< The newest value of that time.
  std::optional<RobotResult> robot;
  std::string robot_detail;
  WallTime robot_since{};
  /// The flow came back since the robot's last word: until the next one, it says nothing bad.
  std::optional<WallTime> robot_doubted_until;
  VIGIE_FIELDS(flow, value, since, was_alive, alive_value, robot, robot_detail, robot_since,
               robot_doubted_until)
};

struct ServiceFacts {
  Health health = Health::unknown;
  std::string why;
  WallTime since{};
  bool failing = false;  ///< Unhealthy, or not healthy again yet: being started again is no cure.
  VIGIE_FIELDS(health, why, since, failing)
};

struct RobotFacts {
  WallTime last_at{};
  bool ok = true;
  VIGIE_FIELDS(last_at, ok)
};

/// A stage that was its chain's first broken one and is well again. Stages behind it that stopped
/// before `at` lag: they show life only when messages have come through to them again.
struct Recovery {
  std::string stage;
  WallTime at{};
  WallTime until{};  ///< From then on, what still lags counts as broken itself.
  VIGIE_FIELDS(stage, at, until)
};

struct World {
  std::map<std::string, StageFacts> stages;  ///< By "chain/stage".
  std::map<std::string, ServiceFacts> services;
  std::string zone;                            ///< The book's, for the words.
  std::map<std::string, RobotFacts> robots;    ///< By chain.
  std::map<std::string, std::string> broken;   ///< The first broken stage, by chain.
  std::map<std::string, Recovery> recoveries;  ///< By chain.
  VIGIE_FIELDS(stages, services, zone, robots, broken, recoveries)

  const StageFacts& stage(const std::string& chain, const std::string& name) const;
  Health health(const std::string& service) const;
  bool failing(const std::string& service) const;
};

enum class StageState : uint8_t { ok, broken, starved, unknown };
std::string_view name_of(StageState state);

struct ChainState {
  std::vector<StageState> stages;
  std::optional<size_t> broken;      ///< The first broken stage.
  std::optional<size_t> recovering;  ///< Nothing is broken, but stages behind this one still lag.
  std::string why;                   ///< A sentence, "" when nothing is broken or lags.
};

/// Judges every stage: broken when its input comes and its output does not (by flow, robot or the
/// service's health), starved behind one that is broken or has just recovered.
ChainState judge(const Chain& chain, const World& world);

struct Cause {
  std::string service;            ///< "" when the service is no victim.
  std::vector<std::string> path;  ///< From the victim to the cause.
};

/// Whether what reaches `stage` went through `before`.
bool comes_after(const Chain& chain, size_t stage, size_t before);

/// Notes which stage is the first broken one now, and which was until now; forgets what is over.
void follow_breaks(const Chain& chain, World& world, WallTime now, Millis recovers_within);

/// The deepest failing service that `service` needs, directly or through others. The search goes
/// on behind a need that nobody looks at, and ends at a healthy one.
Cause cause_of(const std::string& service, const Settings& settings, const World& world);

/// What broke, as one key for all chains that share it: "service/datajs", "topic/main/alarms",
/// "stage/heartbeat/reporter".
std::string key_of(const Chain& chain, size_t stage);

}  // namespace vigie::topology
