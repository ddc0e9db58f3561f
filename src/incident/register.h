#pragma once

#include <map>
#include <set>
#include <string>

#include "incident/state.h"
#include "model/decider.h"

/// The register of incidents: applies one event. Three files: placing.cc (alerts find their
/// incident), acts.cc (what people do), noting.cc (what others did, for the timeline).
namespace vigie::incident {

inline constexpr Millis kReopenWithin = 10min;
/// An answer holds over a recovery that is shorter.
inline constexpr Millis kAnswerHolds = 5min;
inline constexpr size_t kResolvedMax = 500;
inline constexpr size_t kEndedAlertsMax = 500;

/// Lives for one apply(). Nonsense is ignored.
class Register {
 public:
  /// `resolved`: the incidents that are, kept up to date so that nothing looks at all of them.
  Register(State& state, std::set<IncidentId>& resolved, Effects& out, WallTime now)
      : state_(state), resolved_(resolved), out_(out), now_(now) {}

  // placing.cc
  void take(const AlertFired& fact);
  void take(const AlertResolved& fact);
  void take(const AlertPlaced& fact);
  void take(const StageFlowChanged& fact);
  void take(const ClockJumped& fact);

  // acts.cc
  void take(const AckAsked& ask);
  void take(const TakeAsked& ask);
  void take(const ResolveAsked& ask);
  void take(const NoteAsked& ask);
  void take(const DeclareAsked& ask);

  // noting.cc
  void take(const RunStarted& fact);
  void take(const RunStepChanged& fact);
  void take(const RunEnded& fact);
  void take(const RunbookDeclined& fact);
  void take(const PageWanted& fact);
  void take(const PageQueued& fact);
  void take(const PageSettled& fact);
  void take(const EscalationNoted& fact);

 private:
  // placing.cc
  void place(const std::string& fingerprint, KnownAlert& alert);
  Incident& home_of(const std::string& key, const KnownAlert& alert, bool victim);
  Incident& open(const std::string& key, const KnownAlert& alert, bool victim);
  void reopen(Incident& incident, const KnownAlert& alert);
  bool answer_holds(const Incident& incident, const KnownAlert& alert) const;
  void hold_answer(Incident& incident);
  void rekey(Incident& incident, const KnownAlert& alert);
  void attach(Incident& incident, const std::string& fingerprint, KnownAlert& alert, bool victim);
  void leave(Incident& from, const std::string& fingerprint, const Incident& to);
  void update(Incident& incident, const std::string& fingerprint, const KnownAlert& alert);
  void unmute(Incident& incident, const KnownAlert* alert);
  void raise_severity(Incident& incident, const std::string& severity);

  // acts.cc
  void resolve(Incident& incident, std::string why, std::string who, IncidentId merged_into);
  void resolve_if_over(Incident& incident);
  void tidy();

  Incident* find(IncidentId id);
  Incident* live(IncidentId id);
  IncidentId new_id() { return IncidentId{static_cast<uint64_t>(state_.next_id++)}; }
  void say_opened(const Incident& incident, const KnownAlert* alert, std::string by);
  void note(Incident& incident, std::string kind, std::string text, std::string who = "",
            std::string why = "");

  State& state_;
  std::set<IncidentId>& resolved_;
  Effects& out_;
  const WallTime now_;
};

}  // namespace vigie::incident
