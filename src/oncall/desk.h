#pragma once

#include <string>
#include <string_view>

#include "model/decider.h"
#include "oncall/calling.h"
#include "oncall/index.h"
#include "oncall/roster.h"
#include "oncall/state.h"

/// The on-call desk: applies one event to the room's state. Three files: escalation.cc (which level
/// is called), paging.cc (one page and its attempts), telling.cc (how it went on).
namespace vigie::oncall {

inline constexpr Millis kLastResortEvery = 10min;
inline constexpr Millis kReceiptWithin = 45s;
inline constexpr Millis kRetryFirst = 5s;
inline constexpr Millis kRetryMost = 5min;
inline constexpr int64_t kAttemptsMax = 8;
/// An alert that flaps is not told to be over each time.
inline constexpr Millis kToldOverAfter = 30s;
/// What is back within this time goes on where it stood.
inline constexpr Millis kKeptFor = 5min;
inline constexpr size_t kLedgerMax = 1000;
inline constexpr size_t kResolvedMax = 200;
inline constexpr size_t kBecauseMax = 40;
inline constexpr size_t kTriedMax = 12;

/// Lives for one apply(). Never fails: what does not fit is said as EscalationNoted or ignored.
class Desk {
 public:
  Desk(State& state, Index& index, const Roster& roster, Effects& out, WallTime now)
      : state_(state), index_(index), roster_(roster), out_(out), now_(now) {}

  // escalation.cc
  void opened(const IncidentOpened& fact);
  void wanted(const PageWanted& fact);
  void tried(IncidentId incident, std::string what);
  /// Everything due by now, of each incident in order of time.
  void due();
  /// Waits are elapsed time: they move with the wall clock when it is set, and are neither longer
  /// nor shorter for it.
  void jumped(Millis by);

  // paging.cc
  void settled(const EffectSettled& fact);

  // telling.cc
  void acknowledged(const IncidentAcknowledged& fact);
  void taken(const IncidentTaken& fact);
  void resolved(const IncidentResolved& fact);

  /// The last act: drops what is beyond the room's limits.
  void tidy();

 private:
  // escalation.cc
  /// `due`: when the level ends, if not after its wait.
  void enter_level(Pursuit& p, std::optional<WallTime> due = {});
  void go_on(Pursuit& p);
  void enter_last_resort(Pursuit& p, const std::string& why);
  void call(Pursuit& p, const std::vector<Called>& people);
  void move_on(Pursuit& p);
  void due_for(Pursuit& p);
  void send_ripe(Pursuit& p);
  void note(const Pursuit& p, std::string what);

  // paging.cc
  struct NewPage {
    std::string person, channel, why, subject, text;
    std::string cause;  ///< Of a notice: what is told.
    int64_t level = 0, step = 0;
    bool notice = false;
  };
  void queue_page(Pursuit& p, NewPage page);
  void explain(const Pursuit& p, LedgerPage& page, const std::string& cause);
  void attempt(Pursuit& p, LedgerPage& page);
  void failed(Pursuit& p, LedgerPage& page, bool may_retry);
  void failed_at_rest(Pursuit& p, LedgerPage& page, bool may_retry);
  void went_late(Pursuit& p, LedgerPage& page);
  void close(Pursuit& p, LedgerPage& page, PageState state, const std::string& detail);
  void open_next_channel(Pursuit& p, const std::string& person, const std::string& why);
  bool is_unreachable(const Pursuit& p, int64_t step) const;
  void escalate_if_unreachable(Pursuit& p, int64_t step);
  bool is_wanted(const Pursuit& p, const LedgerPage& page) const;
  void because(LedgerPage& page, std::string text);
  void send_planned(Pursuit& p, const PlannedPage& planned);

  // telling.cc
  void stop(Pursuit& p, const std::string& why, bool notices_too);
  void answered(Pursuit& p, const std::string& who, const std::string& how);
  void rest(Pursuit& p);
  void end(Pursuit& p, const std::string& how, const std::string& except);
  bool is_back(const Pursuit& p, const IncidentOpened& fact) const;
  void tell(Pursuit& p, const std::string& except, const std::string& how, bool resolved);

  Pursuit* find(IncidentId incident);
  ReachedPerson& reached(Pursuit& p, const std::string& person, const std::string& channel);

  State& state_;
  Index& index_;
  const Roster& roster_;
  Effects& out_;
  const WallTime now_;
};

/// "page-17", "page-17-2" for the second attempt.
EffectId page_effect_id(PageId page, int64_t attempt);
/// The page behind such an id; 0 when it is another room's.
PageId page_of_effect(std::string_view id);
/// When this incident next needs a look; nullopt: never.
std::optional<WallTime> next_due(const State& state, const Pursuit& pursuit);

}  // namespace vigie::oncall
