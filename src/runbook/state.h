#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "model/events.h"
#include "model/labels.h"
#include "model/record.h"
#include "runbook/definition.h"

/// What the runbook decider remembers; its snapshot is this and nothing else.
namespace vigie::runbook {

/// One attempt of a step, in the order they were made.
struct StepRecord {
  std::string id, title, kind, text;  ///< The text as people read it, values in place.
  StepState state = StepState::waiting;
  int64_t attempt = 1;
  std::optional<WallTime> started_at, ended_at;
  std::string output;
  std::optional<int64_t> exit_status;
  std::string why;
  VIGIE_FIELDS(id, title, kind, text, state, attempt, started_at, ended_at, output, exit_status,
               why)
};

struct Run {
  RunId id;
  std::string runbook, title;
  IncidentId incident;
  std::string service;  ///< Of the incident.
  RunState state = RunState::running;
  bool automatic = false;
  std::string by, why;
  WallTime started_at;
  std::optional<WallTime> ended_at;
  Labels labels;
  StringMap params;
  std::vector<StepRecord> steps;

  // Of a run in progress; empty once it ended.
  /// The runbook as it was at the start: a new book does not change a run under way.
  Runbook plan;
  std::vector<std::string> disturbs;
  int64_t section = 0, step = 0;
  bool single = false;  ///< Only this one step of a manual.
  /// The attempt under way, or "".
  std::string effect;
  /// When the executor should have answered at the latest.
  std::optional<WallTime> answer_by;
  std::optional<WallTime> limit_at;
  std::map<std::string, int64_t> taken;  ///< Branches, by section and which.
  int64_t moves = 0;                     ///< Sections entered and attempts made.
  std::string stopping;                  ///< Why it ends after the attempt under way.
  VIGIE_FIELDS(id, runbook, title, incident, service, state, automatic, by, why, started_at,
               ended_at, labels, params, steps, plan, disturbs, section, step, single, effect,
               answer_by, limit_at, taken, moves, stopping)

  bool in_progress() const { return state == RunState::running || state == RunState::waiting; }
};

/// What a guard counts, for one runbook and one service.
struct Past {
  std::vector<WallTime> starts;  ///< Automatic ones, oldest first.
  std::optional<WallTime> verified;
  VIGIE_FIELDS(starts, verified)
};

struct KnownIncident {
  std::string title, service;
  Labels labels;
  std::vector<std::string> words;  ///< Of its annotations and labels, for suggestions.
  bool open = true;
  bool attended = false;  ///< Acknowledged or taken.
  bool paged = false;     ///< PageWanted was said.
  /// After a run that helped: by then it is over, or somebody is paged.
  std::optional<WallTime> settle_by;
  std::string helped;  ///< That run's title.
  /// Of the alerts that joined it later, as far as they differ: at most 16.
  std::vector<Labels> joined;
  VIGIE_FIELDS(title, service, labels, words, open, attended, paged, settle_by, helped, joined)
};

struct SourceFile {
  std::string path, text;
  VIGIE_FIELDS(path, text)
};

struct State {
  std::vector<SourceFile> files;
  int64_t last_run = 0;
  std::map<RunId, Run> runs;
  std::map<std::string, Past> past;  ///< By "runbook service".
  std::map<IncidentId, KnownIncident> incidents;
  std::map<std::string, WallTime> stopped;  ///< Services that a person stopped, and since when.
  VIGIE_FIELDS(files, last_run, runs, past, incidents, stopped)
};

inline constexpr size_t kRunsKept = 200;
inline constexpr size_t kIncidentsKept = 500;
inline constexpr size_t kPastKept = 1000;
/// Of all runs together; the oldest lose theirs first.
inline constexpr size_t kOutputsKept = 8 << 20;

}  // namespace vigie::runbook
