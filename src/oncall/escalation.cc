#include "oncall/desk.h"
#include "oncall/page_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace vigie::oncall {

namespace {

void keep_earliest(std::optional<WallTime>& best, std::optional<WallTime> candidate) {
  if (candidate && (!best || *candidate < *best)) { best = candidate; }
}

}  // namespace

std::optional<WallTime> next_due(const State& state, const Pursuit& pursuit) {
  std::optional<WallTime> best;
  const bool pursued = is_pursued(pursuit);
  keep_earliest(best, pursuit.over_due);
  if (pursued) {
    keep_earliest(best, pursuit.level_due);
    for (const PlannedPage& planned : pursuit.planned) { keep_earliest(best, planned.at); }
  }
  for (const PageId id : pursuit.open) {
    const auto page = state.pages.find(id);
    if (page == state.pages.end() || (!pursued && !page->second.notice)) { continue; }
    keep_earliest(best, page->second.retry_at);
    keep_earliest(best, page->second.late_at);
  }
  return best;
}

Pursuit* Desk::find(IncidentId incident) {
  const auto found = state_.pursuits.find(incident);
  index_.touch(incident);
  return found == state_.pursuits.end() ? nullptr : &found->second;
}

void Desk::note(const Pursuit& p, std::string what) {
  out_.say(EscalationNoted{.incident = p.incident, .what = std::move(what)});
}

/// The same trouble after a short recovery, for the same people: it goes on where it stood.
bool Desk::is_back(const Pursuit& p, const IncidentOpened& fact) const {
  return fact.by == "reopened" && p.incident && p.state == PursuitState::resolved && p.kept &&
         p.kept_until && now_ < *p.kept_until && fact.muted_by.empty() &&
         p.escalation == fact.escalation && p.team == fact.team;
}

/// Said again when an incident is reopened or no longer muted: then it starts anew, unless it was
/// away for a moment only.
void Desk::opened(const IncidentOpened& fact) {
  Pursuit& p = state_.pursuits[fact.incident];
  index_.touch(fact.incident);
  const bool back = is_back(p, fact);
  if (p.incident && !back && (p.state != PursuitState::resolved || p.kept)) {
    stop(p, "the incident opened again", true);
  }
  if (!back) {
    const bool again = fact.by == "reopened" && p.incident;
    p = Pursuit{.incident = fact.incident,
                .opened_at = again ? p.opened_at : now_,
                .step = p.step,
                .open = std::move(p.open)};
  }
  if (fact.by == "reopened") { p.back_at = now_; }
  p.title = fact.title;
  p.severity = fact.severity;
  p.service = fact.service;
  p.chain = fact.chain;
  p.stage = fact.stage;
  p.team = fact.team;
  p.escalation = fact.escalation;
  p.urgency = fact.urgency;
  p.muted_by = fact.muted_by;
  p.state = PursuitState::waiting;
  p.back = back;
  p.over_due.reset();
  p.summary.clear();
  for (const char* name : {"summary", "description"}) {
    const auto found = fact.annotations.find(name);
    if (p.summary.empty() && found != fact.annotations.end()) { p.summary = found->second; }
  }
}

/// It is back. Those who were told that it is over are called again; for the others their page
/// stands, and what fell due meanwhile is due now.
void Desk::go_on(Pursuit& p) {
  p.state = p.stood;
  p.kept = false;
  p.back = false;
  if (!std::exchange(p.told_over, false)) { return due_for(p); }
  for (ReachedPerson& person : p.reached) { person.told_resolved = false; }
  if (p.state == PursuitState::last_resort) {
    return enter_last_resort(p, "it is back and nobody has answered yet");
  }
  enter_level(p, p.level_due);
}

void Desk::wanted(const PageWanted& fact) {
  Pursuit& p = state_.pursuits[fact.incident];
  index_.touch(fact.incident);
  if (!p.incident) {
    p.incident = fact.incident;
    p.title = fmt::format("incident {}", fact.incident.value);
    p.opened_at = now_;
  }
  if (p.state == PursuitState::resolved) {
    return note(p, fmt::format("nobody is paged ({}): the incident is resolved", fact.why));
  }
  if (!p.muted_by.empty()) {
    return note(p, fmt::format("nobody is paged ({}): muted by {}", fact.why, p.muted_by));
  }
  p.wanted = fact.why;
  p.wanted_at = now_;
  if (p.state == PursuitState::answered) {
    const bool back = std::exchange(p.back, false);
    // Once; then again when they were told that it is over.
    if (back && std::exchange(p.told_back, true)) { return; }
    if (back) { p.told_over = false; }
    for (ReachedPerson& person : p.reached) {
      if (back && person.person == p.owner) { person.told_resolved = false; }
    }
    const auto owner = roster_.people.find(p.owner);
    if (owner == roster_.people.end() || owner->second.notify.empty()) {
      return note(p,
                  fmt::format("{} holds the incident and cannot be told: {}", p.owner, fact.why));
    }
    const std::string how = back ? "it is back" : "needs you, " + fact.why;
    const PageWords words = notice_words(roster_, p, how, now_);
    return queue_page(p, {.person = p.owner,
                          .channel = owner->second.notify.front().via,
                          .why = "holds the incident",
                          .subject = words.subject,
                          .text = words.text,
                          .cause = how,
                          .notice = true});
  }
  if (is_pursued(p)) { return; }
  const bool stood_called = p.stood == PursuitState::active || p.stood == PursuitState::last_resort;
  if (p.kept && stood_called) { return go_on(p); }
  // Whoever had answered does so no longer, or nobody was called yet.
  p.kept = false;
  p.told_over = false;
  p.told_back = false;
  p.back = false;
  p.owner.clear();
  for (ReachedPerson& person : p.reached) { person.told_answered = person.told_resolved = false; }
  p.state = PursuitState::active;
  p.round = 0;
  p.level = 0;
  p.called_in_round = false;
  enter_level(p);
}

void Desk::tried(IncidentId incident, std::string what) {
  Pursuit* p = find(incident);
  if (p == nullptr || p->tried.size() >= kTriedMax) { return; }
  p->tried.push_back(std::move(what));
  p->tried_at.push_back(now_);
}

/// Calls the level the pursuit stands at, or the first after it that has somebody.
void Desk::enter_level(Pursuit& p, std::optional<WallTime> due) {
  const Path* path = roster_.path_for(p.escalation, p.team);
  if (path == nullptr) {
    return enter_last_resort(
        p, p.team.empty() ? "no escalation applies" : "team " + p.team + " has no escalation");
  }
  const auto levels = static_cast<int64_t>(path->levels.size());
  while (true) {
    if (p.level >= levels) {
      const bool again = p.round < path->repeat && p.called_in_round;
      if (!again) {
        return enter_last_resort(p, p.called_in_round
                                        ? fmt::format("escalation {} is exhausted", path->name)
                                        : fmt::format("escalation {} has nobody", path->name));
      }
      ++p.round;
      p.level = 0;
      p.called_in_round = false;
    }
    const Level& level = path->levels[static_cast<size_t>(p.level)];
    const Calling calling = called_by(roster_, level, now_);
    if (!calling.people.empty()) {
      p.called_in_round = true;
      p.level_due = due.value_or(now_ + level.wait);
      return call(p, calling.people);
    }
    due.reset();
    note(p, fmt::format("{} is empty, moving on: {}", step_name(roster_, p),
                        join_names(calling.empty)));
    ++p.level;
  }
}

/// Never nobody: this goes on until somebody answers.
void Desk::enter_last_resort(Pursuit& p, const std::string& why) {
  p.state = PursuitState::last_resort;
  p.level_due = now_ + kLastResortEvery;
  const std::vector<std::string> people = roster_.last_people();
  if (people.empty()) { return note(p, why + ": the book names nobody who can be paged"); }
  note(p, fmt::format("{}: {}, as the last resort", why, being_paged(roster_, people)));
  std::vector<Called> called;
  for (const std::string& person : people) {
    called.push_back({.person = person, .why = "last resort, " + why});
  }
  call(p, called);
}

/// Lets each person's own rules begin. A channel that is still trying from before is not doubled.
void Desk::call(Pursuit& p, const std::vector<Called>& people) {
  ++p.step;
  const Path* path = roster_.path_for(p.escalation, p.team);
  const int64_t beyond = path == nullptr ? 1 : static_cast<int64_t>(path->levels.size()) + 1;
  const int64_t level = p.state == PursuitState::last_resort ? beyond : p.level + 1;
  for (const Called& called : people) {
    for (const NotifyRule& rule : roster_.people.at(called.person).notify) {
      const auto same = [&](const auto& other) {
        return other.person == called.person && other.channel == rule.via;
      };
      const bool trying = std::ranges::any_of(p.open, [&](PageId id) {
        const LedgerPage& page = state_.pages.at(id);
        return !page.notice && (page.late_at || page.retry_at) && same(page);
      });
      if (trying || std::ranges::any_of(p.planned, same)) { continue; }
      std::string why = fmt::format("{}, {}", called.why, step_name(roster_, p));
      if (rule.after > Millis{0}) {
        why += fmt::format(", your rule {} after {}", rule.via, format_duration(rule.after));
      }
      p.planned.push_back({.at = now_ + rule.after,
                           .person = called.person,
                           .channel = rule.via,
                           .why = std::move(why),
                           .level = level,
                           .step = p.step});
    }
  }
  std::ranges::stable_sort(p.planned, {}, &PlannedPage::at);
  due_for(p);
}

void Desk::move_on(Pursuit& p) {
  if (p.state == PursuitState::last_resort) {
    return enter_last_resort(p, "nobody has answered yet");
  }
  ++p.level;
  enter_level(p);
}

void Desk::send_ripe(Pursuit& p) {
  std::vector<PlannedPage> ripe;
  std::ranges::copy_if(p.planned, std::back_inserter(ripe),
                       [&](const PlannedPage& planned) { return planned.at <= now_; });
  std::erase_if(p.planned, [&](const PlannedPage& planned) { return planned.at <= now_; });
  for (const PlannedPage& planned : ripe) { send_planned(p, planned); }
}

/// What is due now of one incident, in order of time; a page before a change of level.
void Desk::due_for(Pursuit& p) {
  if (p.over_due && *p.over_due <= now_) { end(p, "resolved", ""); }
  const bool pursued = is_pursued(p);
  if (pursued) { send_ripe(p); }
  const std::vector<PageId> open = p.open;
  for (const PageId id : open) {
    const auto found = state_.pages.find(id);
    if (found == state_.pages.end()) { continue; }
    LedgerPage& page = found->second;
    if (!pursued && !page.notice) { continue; }
    if (page.retry_at && *page.retry_at <= now_) { attempt(p, page); }
    if (page.late_at && *page.late_at <= now_) { went_late(p, page); }
  }
  if (is_pursued(p) && p.level_due && *p.level_due <= now_) { move_on(p); }
}

void Desk::due() {
  for (const IncidentId id : index_.due(now_)) {
    Pursuit* p = find(id);
    if (p != nullptr) { due_for(*p); }
  }
}

void Desk::jumped(Millis by) {
  const auto shift = [&](std::optional<WallTime>& at) {
    if (at) { *at += by; }
  };
  for (auto& [id, p] : state_.pursuits) {
    index_.touch(id);
    shift(p.level_due);
    shift(p.kept_until);
    shift(p.over_due);
    for (PlannedPage& planned : p.planned) { planned.at += by; }
    for (const PageId open : p.open) {
      LedgerPage& page = state_.pages.at(open);
      shift(page.retry_at);
      shift(page.late_at);
    }
  }
}

void Desk::tidy() {
  while (state_.pages.size() > kLedgerMax && !index_.settled().empty()) {
    const auto oldest = state_.pages.find(*index_.settled().begin());
    index_.page_forgotten(oldest->second);
    state_.pages.erase(oldest);
  }
  index_.refresh(state_);
  while (index_.over().size() > kResolvedMax) {
    const IncidentId oldest = *index_.over().begin();
    state_.pursuits.erase(oldest);
    index_.touch(oldest);
    index_.refresh(state_);
  }
}

}  // namespace vigie::oncall
