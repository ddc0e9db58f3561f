#pragma once

#include <string>

#include "model/event_words.h"

/// What people ask for: journaled inputs.
namespace vigie {

// ---- Inputs: people. `who` is a person of the book, `via` "web", "cli"; all carry what was asked,
// the deciders check that it still applies. `key` is the request's Idempotency-Key, or "": the
// journal carries it, so that a repeat after a restart is known as one.

struct AckAsked {
  static constexpr std::string_view kName = "ack_asked";
  IncidentId incident;
  std::string who, via, note, key;
  VIGIE_FIELDS(incident, who, via, note, key)
};
struct TakeAsked {
  static constexpr std::string_view kName = "take_asked";
  IncidentId incident;
  std::string who, via, note, key;
  VIGIE_FIELDS(incident, who, via, note, key)
};
struct ResolveAsked {
  static constexpr std::string_view kName = "resolve_asked";
  IncidentId incident;
  std::string who, via, note, key;
  VIGIE_FIELDS(incident, who, via, note, key)
};
struct NoteAsked {
  static constexpr std::string_view kName = "note_asked";
  IncidentId incident;
  std::string who, via, note, key;
  VIGIE_FIELDS(incident, who, via, note, key)
};
struct DeclareAsked {
  static constexpr std::string_view kName = "declare_asked";
  std::string title, service, severity, who, via, note, key;
  VIGIE_FIELDS(title, service, severity, who, via, note, key)
};
struct RunAsked {
  static constexpr std::string_view kName = "run_asked";
  std::string runbook;
  IncidentId incident;  ///< 0: none.
  StringMap params;
  std::string who, via, key;
  VIGIE_FIELDS(runbook, incident, params, who, via, key)
};
struct RunCancelAsked {
  static constexpr std::string_view kName = "run_cancel_asked";
  RunId run;
  std::string who, via, key;
  VIGIE_FIELDS(run, who, via, key)
};
/// Settles a step whose outcome is unknown: "done", "not_done", "again".
struct StepAnswered {
  static constexpr std::string_view kName = "step_answered";
  RunId run;
  std::string step, answer, who, via, key;
  VIGIE_FIELDS(run, step, answer, who, via, key)
};
/// `verb`: "start", "stop", "restart".
struct UnitAsked {
  static constexpr std::string_view kName = "unit_asked";
  std::string unit, verb, who, via, key;
  VIGIE_FIELDS(unit, verb, who, via, key)
};

}  // namespace vigie
