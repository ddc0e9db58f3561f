#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/event_words.h"
#include "model/labels.h"

/// What the heart and the world report: journaled inputs.
namespace vigie {

// ---- Inputs: the heart itself ------------------------------------------------------------------

/// The book in force from here on, whole: `text` is its canonical JSON (config::Node::from_json),
/// so that a replay needs no file.
struct BookAdopted {
  static constexpr std::string_view kName = "book_adopted";
  std::string hash, text;
  VIGIE_FIELDS(hash, text)
};
struct DaemonStarted {
  static constexpr std::string_view kName = "daemon_started";
  std::string version;
  VIGIE_FIELDS(version)
};
/// Some decider's next_timer() has come.
struct TimerDue {
  static constexpr std::string_view kName = "timer_due";
  VIGIE_NO_FIELDS()
};
/// Wall time moved against monotonic time (NTP step, suspend and resume).
struct ClockJumped {
  static constexpr std::string_view kName = "clock_jumped";
  Millis by{0};
  VIGIE_FIELDS(by)
};
/// An effect ended; `data` is JSON that only the deciding room reads.
struct EffectSettled {
  static constexpr std::string_view kName = "effect_settled";
  EffectId effect;
  Outcome outcome = Outcome::ok;
  std::string detail, data;
  VIGIE_FIELDS(effect, outcome, detail, data)
};

// ---- Inputs: the world --------------------------------------------------------------------------

/// An alerting rule's expression began to hold for one label set. `rule` is "file;group;name";
/// labels carry alertname and the rule's labels; annotations are rendered.
struct ConditionRose {
  static constexpr std::string_view kName = "condition_rose";
  std::string rule;
  Labels labels;
  StringMap annotations;
  double value = 0;
  VIGIE_FIELDS(rule, labels, annotations, value)
};
/// Still holds, with other words; at most one a minute per alert.
struct ConditionUpdated {
  static constexpr std::string_view kName = "condition_updated";
  std::string rule;
  Labels labels;
  StringMap annotations;
  double value = 0;
  VIGIE_FIELDS(rule, labels, annotations, value)
};
struct ConditionFell {
  static constexpr std::string_view kName = "condition_fell";
  std::string rule;
  Labels labels;
  VIGIE_FIELDS(rule, labels)
};
/// A chain stage's flow expression is positive (alive), zero (dead), or has no value (unknown).
struct StageFlowChanged {
  static constexpr std::string_view kName = "stage_flow_changed";
  std::string chain, stage;
  Flow flow = Flow::unknown;
  double value = 0;
  VIGIE_FIELDS(chain, stage, flow, value)
};
struct RobotStage {
  std::string stage;
  RobotResult result = RobotResult::ok;
  Millis took{0};
  std::string detail;
  VIGIE_FIELDS(stage, result, took, detail)
};
/// One marked message went through a chain; journaled when a stage's result differs from the round
/// before.
struct RobotRoundEnded {
  static constexpr std::string_view kName = "robot_round_ended";
  std::string chain, message;
  std::vector<RobotStage> stages;
  VIGIE_FIELDS(chain, message, stages)
};
struct HealthChanged {
  static constexpr std::string_view kName = "health_changed";
  std::string service;
  Health health = Health::unknown;
  std::string why;
  VIGIE_FIELDS(service, health, why)
};
/// A supervised process ended by itself or by our signal. `start` is kernel start time (ticks).
struct UnitExited {
  static constexpr std::string_view kName = "unit_exited";
  std::string unit;
  int64_t pid = 0, start = 0;
  bool known = true;  ///< False for an adopted process, whose status nobody can read.
  int code = 0, signal = 0;
  VIGIE_FIELDS(unit, pid, start, known, code, signal)
};

}  // namespace vigie
