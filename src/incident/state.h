#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/codec.h"
#include "model/events.h"

/// What the room remembers; equals the fold of its events.
namespace vigie::incident {

enum class IncidentState : uint8_t { open, acknowledged, taken, resolved };

}  // namespace vigie::incident

namespace vigie {
VIGIE_WORDS(incident::IncidentState, open, acknowledged, taken, resolved);
}  // namespace vigie

namespace vigie::incident {

struct TimelineEntry {
  WallTime at;
  std::string kind, text, who, why;
  VIGIE_FIELDS(at, kind, text, who, why)
};

/// Bounded: how it began and how it is now are kept, the middle is not.
struct Timeline {
  std::vector<TimelineEntry> first, newest;
  int64_t dropped = 0;
  VIGIE_FIELDS(first, newest, dropped)

  void add(TimelineEntry entry);
};

/// A firing alert, attached to an incident or not.
struct KnownAlert {
  Labels labels;
  StringMap annotations;
  double value = 0;
  WallTime active_at, fired_at;
  std::string escalation, urgency, muted_by;
  std::string chain, stage, service, team, environment, key, cause, why;
  IncidentId incident;  ///< 0: none.
  bool placed = false;
  VIGIE_FIELDS(labels, annotations, value, active_at, fired_at, escalation, urgency, muted_by,
               chain, stage, service, team, environment, key, cause, why, incident, placed)
};

/// One alert in an incident's story; stays after it ended or moved on.
struct AttachedAlert {
  Labels labels;
  StringMap annotations;
  double value = 0;
  WallTime active_at, fired_at;
  std::optional<WallTime> resolved_at;
  bool firing = true, victim = false;
  std::string cause, muted_by, why;
  VIGIE_FIELDS(labels, annotations, value, active_at, fired_at, resolved_at, firing, victim, cause,
               muted_by, why)
};

struct Incident {
  IncidentId id;
  std::string key, title, severity, service, chain, stage, team, environment;
  IncidentState state = IncidentState::open;
  std::string owner, by, muted_by, escalation, urgency;
  bool declared = false;  ///< By a person: only a person resolves it.
  WallTime opened_at;
  std::optional<WallTime> resolved_at;
  std::optional<WallTime> reopens_until;  ///< The same trouble before then is the same incident.
  IncidentId merged_into;
  int64_t reopened = 0;
  std::map<std::string, AttachedAlert> alerts;
  std::vector<RunId> runs;  ///< In progress, in the order of starting.
  std::string last_run;     ///< How the last one ended.
  Timeline timeline;
  /// How it was answered when it ended by itself; holds when it is back in a moment.
  IncidentState held = IncidentState::open;
  VIGIE_FIELDS(id, key, title, severity, service, chain, stage, team, environment, state, owner, by,
               muted_by, escalation, urgency, declared, opened_at, resolved_at, merged_into,
               reopened, alerts, runs, last_run, timeline, reopens_until, held)

  bool live() const { return state != IncidentState::resolved; }
  /// Of its alerts, counted as they change: an incident may have thousands.
  int64_t firing() const { return firing_now; }
  int64_t victims() const { return victims_now; }
  void set_firing(AttachedAlert& alert, bool firing, bool victim);
  void forget_ended_alerts();
  void recount();

  // Made of `alerts`, never kept.
  int64_t firing_now = 0, victims_now = 0;
};

struct Owner {
  std::string team, environment;
  VIGIE_FIELDS(team, environment)
};
struct Flowing {
  std::string stage, expr;
  VIGIE_FIELDS(stage, expr)
};

/// What this room needs of the book.
struct BookPart {
  std::map<std::string, Owner> services;
  std::map<std::string, std::vector<Flowing>> flows;      ///< By chain, in the order of stages.
  std::map<std::string, std::vector<std::string>> rules;  ///< Expressions by alert name.
  VIGIE_FIELDS(services, flows, rules)
};

struct State {
  BookPart book;
  int64_t next_id = 1;
  std::map<std::string, KnownAlert> alerts;  ///< Firing ones, by fingerprint.
  std::map<std::string, Flow> flow;          ///< By "chain/stage".
  std::map<IncidentId, Incident> incidents;
  std::map<std::string, IncidentId> newest;  ///< By key, live or resolved.
  VIGIE_FIELDS(book, next_id, alerts, flow, incidents, newest)
};

}  // namespace vigie::incident
