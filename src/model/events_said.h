#pragma once

#include <string>

#include "base/time.h"
#include "model/event_words.h"
#include "model/labels.h"

/// What deciders say: facts that follow from inputs and are derived again on replay.
namespace vigie {

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
  /// It may well turn out to belong elsewhere: topology says it again within half a minute. An
  /// incident that is there takes it in; none is opened for it yet.
  bool tentative = false;
  VIGIE_FIELDS(fingerprint, chain, stage, service, team, environment, key, cause, why, tentative)
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
  Labels labels;  ///< The alert's, with where it was placed: runbooks match on these, too.
  VIGIE_FIELDS(incident, fingerprint, victim, why, labels)
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
  /// A person stopped it, and nobody but a person starts it again.
  bool by_hand = false;
  VIGIE_FIELDS(unit, state, why, pid, restarts, by_hand)
};

}  // namespace vigie
