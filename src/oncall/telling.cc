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
    const PageWords words = notice_words(roster_, p, how, now_);
    queue_page(p, {.person = told.person,
                   .channel = told.channel,
                   .why = "was paged before",
                   .subject = words.subject,
                   .text = words.text,
                   .notice = true});
  }
}

void Desk::acknowledged(const IncidentAcknowledged& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  p->state = PursuitState::answered;
  p->owner = fact.who;
  const std::string how = "acknowledged by " + fact.who;
  stop(*p, how, false);
  tell(*p, fact.who, how, false);
}

void Desk::taken(const IncidentTaken& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  p->state = PursuitState::answered;
  p->owner = fact.who;
  const std::string how = "taken by " + fact.who;
  stop(*p, how, false);
  tell(*p, fact.who, how, false);
}

void Desk::resolved(const IncidentResolved& fact) {
  Pursuit* p = find(fact.incident);
  if (p == nullptr || p->state == PursuitState::resolved) { return; }
  p->state = PursuitState::resolved;
  std::string how = fact.who.empty() ? "resolved" : "resolved by " + fact.who;
  if (fact.merged_into) {
    how = fmt::format("resolved, part of incident {}", fact.merged_into.value);
  }
  stop(*p, how, true);
  tell(*p, fact.who, how, true);
}

}  // namespace vigie::oncall
