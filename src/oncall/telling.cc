#include "oncall/desk.h"
#include "oncall/page_text.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie::oncall {

/// Ends the calling. What is under way ends by itself; what waits for another try is not sent.
void Desk::stop(Pursuit& p, const std::string& why, bool notices_too) {
  p.planned.clear();
  p.level_due.reset();
  const std::vector<PageId> open = p.open;
  for (const PageId id : open) {
    LedgerPage& page = state_.pages.at(id);
    if (page.in_flight) {
      page.late_at.reset();
      continue;
    }
    if (page.notice && !notices_too) { continue; }
    because(page, "not tried again: " + why);
    close(p, page, PageState::failed, "not needed any more: " + why);
  }
}

/// Once to each person who was paged, over the channel that reached them.
void Desk::tell(Pursuit& p, const std::string& except, const std::string& how, bool resolved) {
  const std::vector<ReachedPerson> people = p.reached;
  for (const ReachedPerson& told : people) {
    ReachedPerson& entry = reached(p, told.person, told.channel);
    bool& done = resolved ? entry.told_resolved : entry.told_answered;
    if (done || !entry.went_out || told.person == except) { continue; }
    done = true;
    const auto person = roster_.people.find(told.person);
    if (person == roster_.people.end()) { continue; }
    const WallTime at = resolved ? p.ended_at.value_or(now_) : now_;
    const PageWords words = notice_words(roster_, p, how, at);
    queue_page(p, {.person = told.person,
                   .channel = told.channel,
                   .why = "was paged before",
                   .subject = words.subject,
                   .text = words.text,
                   .cause = how,
                   .notice = true});
  }
}

void Desk::answered(Pursuit& p, const std::string& who, const std::string& how) {
  p.state = PursuitState::answered;
  p.owner = who;
  p.kept = false;
  stop(p, how, false);
  tell(p, who, how, false);
}

void Desk::acknowledged(const IncidentAcknowledged& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  answered(*p, fact.who, "acknowledged by " + fact.who);
}

void Desk::taken(const IncidentTaken& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  answered(*p, fact.who, "taken by " + fact.who);
}

/// The trouble ended by itself and may be back in a moment: nothing is sent, nothing is dropped.
void Desk::rest(Pursuit& p) {
  // Ended again before anybody was wanted: it stands as it stood.
  if (!p.kept) { p.stood = p.state; }
  p.kept = true;
  p.kept_until = now_ + kKeptFor;
  const bool anybody = !p.reached.empty() || !p.planned.empty() || !p.open.empty();
  if (anybody && !p.told_over) { p.over_due = now_ + kToldOverAfter; }
}

/// It stays over: what waits for another try is not sent, and who was paged hears of it.
void Desk::end(Pursuit& p, const std::string& how, const std::string& except) {
  const std::optional<WallTime> level_due = p.level_due;
  p.over_due.reset();
  p.told_over = true;
  p.told_back = false;
  stop(p, how, true);
  p.level_due = level_due;
  tell(p, except, how, true);
}

void Desk::resolved(const IncidentResolved& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  const bool by_itself = fact.who.empty() && !fact.merged_into;
  p->ended_at = now_;
  if (by_itself) { rest(*p); }
  p->state = PursuitState::resolved;
  p->back = false;
  if (by_itself) { return; }
  std::string how = fact.who.empty() ? "resolved" : "resolved by " + fact.who;
  if (fact.merged_into) {
    how = fmt::format("resolved, part of incident {}", fact.merged_into.value);
  }
  p->kept = false;
  end(*p, how, fact.who);
}

}  // namespace vigie::oncall
