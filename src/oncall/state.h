#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "model/codec.h"
#include "model/effects.h"
#include "model/events.h"

/// What the room remembers; equals the fold of its events (docs/formats/journal.md).
namespace vigie::oncall {

enum class PageState : uint8_t { queued, sent, failed };
/// `waiting`: nobody asked for a page yet. `last_resort`: the path is exhausted and the last resort
/// is paged until somebody answers. `answered`: acknowledged or taken.
enum class PursuitState : uint8_t { waiting, active, last_resort, answered, resolved };

}  // namespace vigie::oncall

namespace vigie {
VIGIE_WORDS(oncall::PageState, queued, sent, failed);
VIGIE_WORDS(oncall::PursuitState, waiting, active, last_resort, answered, resolved);
}  // namespace vigie

namespace vigie::oncall {

struct Reason {
  WallTime at;
  std::string text;
  VIGIE_FIELDS(at, text)
};

/// One page: a debt to one person over one channel, through all its attempts.
struct LedgerPage {
  PageId id;
  IncidentId incident;
  std::string person, channel, address, subject, text, why;
  PageState state = PageState::queued;
  int64_t level = 0;     ///< From 1; 0 for a notice.
  int64_t step = 0;      ///< The pursuit's step that asked for it.
  int64_t attempts = 0;  ///< Begun.
  bool repeat = false;   ///< One of them may have been delivered twice.
  bool notice = false;   ///< Tells how it went on; nobody waits for an answer.
  bool in_flight = false;
  bool late = false;  ///< In flight without a receipt for too long; the next channel was opened.
  WallTime at;        ///< Queued.
  std::optional<WallTime> sent_at;
  std::optional<WallTime> late_at, retry_at;
  std::string detail;
  std::vector<Reason> because;  ///< From alert to delivery.
  std::string key;  ///< Of the first attempt that may have arrived unanswered; "": none may have.
  VIGIE_FIELDS(id, incident, person, channel, address, subject, text, why, state, level, step,
               attempts, repeat, notice, in_flight, late, at, sent_at, late_at, retry_at, detail,
               because, key)
};

/// A page that a person's own rules put later.
struct PlannedPage {
  WallTime at;
  std::string person, channel, why;
  int64_t level = 0, step = 0;
  VIGIE_FIELDS(at, person, channel, why, level, step)
};

struct ReachedPerson {
  std::string person, channel;  ///< The channel that worked, or the first tried.
  bool went_out = false;        ///< At least one page is sent or under way.
  bool told_answered = false, told_resolved = false;
  VIGIE_FIELDS(person, channel, went_out, told_answered, told_resolved)
};

/// One incident's escalation.
struct Pursuit {
  IncidentId incident;
  std::string title, severity, service, chain, stage, team, escalation, urgency, muted_by;
  std::string summary;  ///< The alert's annotation.
  WallTime opened_at;
  std::string wanted;  ///< Why somebody is to be woken.
  WallTime wanted_at;
  PursuitState state = PursuitState::waiting;
  int64_t round = 0, level = 0;  ///< From 0.
  int64_t step = 0;              ///< Counts levels entered, over all rounds.
  bool called_in_round = false;
  std::optional<WallTime> level_due;
  std::vector<PlannedPage> planned;
  std::vector<PageId> open;  ///< Pages not settled for good, by id.
  std::vector<ReachedPerson> reached;
  std::vector<std::string> tried;  ///< What Vigie did first, for the page.
  std::string owner;

  // How it stood when its trouble ended by itself. If the trouble is back before `kept_until` it
  // goes on from there; until then its plan rests and nobody is called.
  bool kept = false;
  PursuitState stood = PursuitState::waiting;
  std::optional<WallTime> kept_until;
  std::optional<WallTime> over_due;  ///< When those who were paged are told that it is over.
  std::optional<WallTime> ended_at;
  bool told_over = false;           ///< They were: what comes back is news to them.
  bool back = false;                ///< Opened again, and nobody asked for a page yet.
  bool told_back = false;           ///< The owner knows that it comes back.
  std::optional<WallTime> back_at;  ///< Opened again; `opened_at` stays.
  std::vector<WallTime> tried_at;   ///< For each of `tried`.
  VIGIE_FIELDS(incident, title, severity, service, chain, stage, team, escalation, urgency,
               muted_by, summary, opened_at, wanted, wanted_at, state, round, level, step,
               called_in_round, level_due, planned, open, reached, tried, owner, kept, stood,
               kept_until, over_due, ended_at, told_over, back, told_back, back_at, tried_at)
};

struct State {
  std::string book;  ///< roster_text of the book in force.
  int64_t next_page = 1;
  std::map<IncidentId, Pursuit> pursuits;
  std::map<PageId, LedgerPage> pages;
  VIGIE_FIELDS(book, next_page, pursuits, pages)
};

inline bool is_pursued(const Pursuit& p) {
  return p.state == PursuitState::active || p.state == PursuitState::last_resort;
}
/// Its plan waits for the trouble to come back; nothing of it was told to be over yet.
inline bool is_resting(const Pursuit& p) {
  return p.kept && !p.told_over &&
         (p.stood == PursuitState::active || p.stood == PursuitState::last_resort);
}

}  // namespace vigie::oncall
