#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/ids.h"
#include "base/time.h"
#include "model/labels.h"
#include "model/record.h"

/// What happened, as plain data: past participles. Inputs come from the world and are journaled;
/// what deciders say follows from them and is derived again on replay (docs/formats/journal.md).
namespace vigie {

using Seq = Id<struct SeqTag>;
using IncidentId = Id<struct IncidentTag>;
using RunId = Id<struct RunTag>;
using PageId = Id<struct PageTag>;
using StringMap = std::map<std::string, std::string>;

/// Names one effect for ever: "page-17", "run-3-2-1"; the idempotency key that travels with it.
struct EffectId {
  std::string text;
  auto operator<=>(const EffectId&) const = default;
  VIGIE_FIELDS(text)
};

enum class Health : uint8_t { unknown, starting, healthy, unhealthy };
VIGIE_WORDS(Health, unknown, starting, healthy, unhealthy);
enum class Flow : uint8_t { unknown, alive, dead };
VIGIE_WORDS(Flow, unknown, alive, dead);
enum class RobotResult : uint8_t { ok, late, missing };
VIGIE_WORDS(RobotResult, ok, late, missing);
/// `unknown`: interrupted, and nobody can tell whether it took effect.
enum class Outcome : uint8_t { ok, failed, unknown };
VIGIE_WORDS(Outcome, ok, failed, unknown);
enum class UnitState : uint8_t { stopped, waiting, starting, running, stopping, backoff, failed };
VIGIE_WORDS(UnitState, stopped, waiting, starting, running, stopping, backoff, failed);
enum class RunState : uint8_t { running, waiting, succeeded, failed, escalated, cancelled };
VIGIE_WORDS(RunState, running, waiting, succeeded, failed, escalated, cancelled);
enum class StepState : uint8_t { waiting, running, done, failed, skipped, unknown };
VIGIE_WORDS(StepState, waiting, running, done, failed, skipped, unknown);

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

// ---- Inputs: people. `who` is a person of the book, `via` "web", "cli"; all carry what was asked,
// the deciders check that it still applies.
// --------------------------------------------------------

struct AckAsked {
  static constexpr std::string_view kName = "ack_asked";
  IncidentId incident;
  std::string who, via, note;
  VIGIE_FIELDS(incident, who, via, note)
};
struct TakeAsked {
  static constexpr std::string_view kName = "take_asked";
  IncidentId incident;
  std::string who, via, note;
  VIGIE_FIELDS(incident, who, via, note)
};
struct ResolveAsked {
  static constexpr std::string_view kName = "resolve_asked";
  IncidentId incident;
  std::string who, via, note;
  VIGIE_FIELDS(incident, who, via, note)
};
struct NoteAsked {
  static constexpr std::string_view kName = "note_asked";
  IncidentId incident;
  std::string who, via, note;
  VIGIE_FIELDS(incident, who, via, note)
};
struct DeclareAsked {
  static constexpr std::string_view kName = "declare_asked";
  std::string title, service, severity, who, via, note;
  VIGIE_FIELDS(title, service, severity, who, via, note)
};
struct RunAsked {
  static constexpr std::string_view kName = "run_asked";
  std::string runbook;
  IncidentId incident;  ///< 0: none.
  StringMap params;
  std::string who, via;
  VIGIE_FIELDS(runbook, incident, params, who, via)
};
struct RunCancelAsked {
  static constexpr std::string_view kName = "run_cancel_asked";
  RunId run;
  std::string who, via;
  VIGIE_FIELDS(run, who, via)
};
/// Settles a step whose outcome is unknown: "done", "not_done", "again".
struct StepAnswered {
  static constexpr std::string_view kName = "step_answered";
  RunId run;
  std::string step, answer, who, via;
  VIGIE_FIELDS(run, step, answer, who, via)
};
/// `verb`: "start", "stop", "restart".
struct UnitAsked {
  static constexpr std::string_view kName = "unit_asked";
  std::string unit, verb, who, via;
  VIGIE_FIELDS(unit, verb, who, via)
};

// ---- Said by alerting
// ----------------------------------------------------------------------------

/// Past its `for`. Sent again with other annotations when the words change.
struct AlertFired {
  static constexpr std::string_view kName = "alert_fired";
  std::string fingerprint;  ///< Of the labels before placement; the alert's name everywhere.
  Labels labels;
  StringMap annotations;
  double value = 0;
  WallTime active_at;
  std::string escalation, urgency;  ///< From the route; empty: the team's.
  std::string muted_by;             ///< Why it pages nobody, or "".
  VIGIE_FIELDS(fingerprint, labels, annotations, value, active_at, escalation, urgency, muted_by)
};
struct AlertResolved {
  static constexpr std::string_view kName = "alert_resolved";
  std::string fingerprint;
  Labels labels;
  std::string why;
  VIGIE_FIELDS(fingerprint, labels, why)
};

// ---- Said by topology
// ----------------------------------------------------------------------------

/// Where a firing alert belongs; said once for each AlertFired and again when the answer changes.
struct AlertPlaced {
  static constexpr std::string_view kName = "alert_placed";
  std::string fingerprint;
  std::string chain, stage, service, team, environment;
  /// What broke, as one key: alerts with equal keys are one incident. "service/datajs",
  /// "stage/heartbeat/topic", "alert/<fingerprint>".
  std::string key;
  /// The key of the cause when this alert is a victim of it; then it pages nobody.
  std::string cause;
  std::string why;
  VIGIE_FIELDS(fingerprint, chain, stage, service, team, environment, key, cause, why)
};

// ---- Said by incident
// ----------------------------------------------------------------------------

struct IncidentOpened {
  static constexpr std::string_view kName = "incident_opened";
  IncidentId incident;
  std::string title, severity, service, chain, stage, team, escalation, urgency, by;
  Labels labels;  ///< Of the first alert, with chain, stage and service added: runbooks match on
                  ///< these.
  StringMap annotations;
  std::string muted_by;  ///< Not empty: recorded, pages nobody.
  VIGIE_FIELDS(incident, title, severity, service, chain, stage, team, escalation, urgency, by,
               labels, annotations, muted_by)
};
struct AlertAttached {
  static constexpr std::string_view kName = "alert_attached";
  IncidentId incident;
  std::string fingerprint;
  bool victim = false;
  std::string why;
  VIGIE_FIELDS(incident, fingerprint, victim, why)
};
struct IncidentAcknowledged {
  static constexpr std::string_view kName = "incident_acknowledged";
  IncidentId incident;
  std::string who, via;
  VIGIE_FIELDS(incident, who, via)
};
struct IncidentTaken {
  static constexpr std::string_view kName = "incident_taken";
  IncidentId incident;
  std::string who, via;
  VIGIE_FIELDS(incident, who, via)
};
/// `who` is empty when every alert ended by itself; `merged_into` is another incident when this one
/// turned out to be a victim.
struct IncidentResolved {
  static constexpr std::string_view kName = "incident_resolved";
  IncidentId incident;
  std::string why, who;
  IncidentId merged_into;
  VIGIE_FIELDS(incident, why, who, merged_into)
};

// ---- Said by runbook
// -----------------------------------------------------------------------------

struct RunStarted {
  static constexpr std::string_view kName = "run_started";
  RunId run;
  std::string runbook, title;
  IncidentId incident;
  bool automatic = false;
  std::string by;
  VIGIE_FIELDS(run, runbook, title, incident, automatic, by)
};
struct RunStepChanged {
  static constexpr std::string_view kName = "run_step_changed";
  RunId run;
  IncidentId incident;
  std::string step, title, kind;
  int64_t attempt = 1;
  StepState state = StepState::waiting;
  std::string why;
  VIGIE_FIELDS(run, incident, step, title, kind, attempt, state, why)
};
struct RunEnded {
  static constexpr std::string_view kName = "run_ended";
  RunId run;
  IncidentId incident;
  std::string runbook, title;
  RunState state = RunState::succeeded;
  std::string why;
  VIGIE_FIELDS(run, incident, runbook, title, state, why)
};
/// An automatic runbook that matches but was held back by its guard.
struct RunbookDeclined {
  static constexpr std::string_view kName = "runbook_declined";
  IncidentId incident;
  std::string runbook, title, why;
  VIGIE_FIELDS(incident, runbook, title, why)
};
/// No automatic runbook helps (any more): wake somebody. Answers every unmuted IncidentOpened, at
/// once or after the run.
struct PageWanted {
  static constexpr std::string_view kName = "page_wanted";
  IncidentId incident;
  std::string why;
  VIGIE_FIELDS(incident, why)
};

// ---- Said by oncall
// ------------------------------------------------------------------------------

struct PageQueued {
  static constexpr std::string_view kName = "page_queued";
  PageId page;
  IncidentId incident;
  std::string person, channel, address, why;
  int64_t level = 0, attempt = 1;
  VIGIE_FIELDS(page, incident, person, channel, address, why, level, attempt)
};
struct PageSettled {
  static constexpr std::string_view kName = "page_settled";
  PageId page;
  IncidentId incident;
  std::string person, channel;
  Outcome outcome = Outcome::ok;
  std::string detail;
  VIGIE_FIELDS(page, incident, person, channel, outcome, detail)
};
/// A step of an escalation did something worth recording: empty, exhausted, last resort.
struct EscalationNoted {
  static constexpr std::string_view kName = "escalation_noted";
  IncidentId incident;
  std::string what;
  VIGIE_FIELDS(incident, what)
};

// ---- Said by supervise
// ---------------------------------------------------------------------------

struct UnitStateChanged {
  static constexpr std::string_view kName = "unit_state_changed";
  std::string unit;
  UnitState state = UnitState::stopped;
  std::string why;
  int64_t pid = 0, restarts = 0;
  VIGIE_FIELDS(unit, state, why, pid, restarts)
};

using EventBody =
    std::variant<BookAdopted, DaemonStarted, TimerDue, ClockJumped, EffectSettled, ConditionRose,
                 ConditionUpdated, ConditionFell, StageFlowChanged, RobotRoundEnded, HealthChanged,
                 UnitExited, AckAsked, TakeAsked, ResolveAsked, NoteAsked, DeclareAsked, RunAsked,
                 RunCancelAsked, StepAnswered, UnitAsked, AlertFired, AlertResolved, AlertPlaced,
                 IncidentOpened, AlertAttached, IncidentAcknowledged, IncidentTaken,
                 IncidentResolved, RunStarted, RunStepChanged, RunEnded, RunbookDeclined,
                 PageWanted, PageQueued, PageSettled, EscalationNoted, UnitStateChanged>;

struct Event {
  Seq seq;
  WallTime at;
  EventBody body;
  /// The input that this one follows from; 0 for an input.
  Seq cause;
};

}  // namespace vigie
