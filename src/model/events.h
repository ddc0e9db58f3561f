#pragma once

#include <variant>

#include "base/time.h"
#include "model/event_words.h"
#include "model/events_people.h"
#include "model/events_said.h"
#include "model/events_world.h"

/// What happened, as plain data: past participles. Inputs come from the world and are journaled;
/// what deciders say follows from them and is derived again on replay (docs/formats/journal.md).
namespace vigie {

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
