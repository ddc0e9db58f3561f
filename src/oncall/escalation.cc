#include "oncall/desk.h"
#include "oncall/page_text.h"

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

namespace vigie::oncall {

namespace {

void keep_earliest(std::optional<WallTime>& best, std::optional<WallTime> candidate) {
  if (candidate && (!best || *candidate < *best)) { best = candidate; }
}

}  // namespace

std::optional<WallTime> next_due(const State& state, const Pursuit& pursuit) {
  std::optional<WallTime> best;
  keep_earliest(best, pursuit.level_due);
  for (const PlannedPage& planned : pursuit.planned) { keep_earliest(best, planned.at); }
  for (const PageId id : pursuit.open) {
    const auto page = state.pages.find(id);
    if (page == state.pages.end()) { continue; }
    keep_earliest(best, page->second.retry_at);
    keep_earliest(best, page->second.late_at);
  }
  return best;
}

Pursuit* Desk::find(IncidentId incident) {
  const auto found = state_.pursuits.find(incident);
  return found == state_.pursuits.end() ? nullptr : &found->second;
}

void Desk::note(const Pursuit& p, std::string what) {
  out_.say(EscalationNoted{.incident = p.incident, .what = std::move(what)});
}

/// Said again when an incident is reopened or no longer muted: then it starts anew.
void Desk::opened(const IncidentOpened& fact) {
  Pursuit& p = state_.pursuits[fact.incident];
  if (p.incident && p.state != PursuitState::resolved) {
    stop(p, "the incident opened again", true);
  }
  const int64_t step = p.step;
  std::vector<PageId> open = std::move(p.open);
  p = Pursuit{.incident = fact.incident,
              .title = fact.title,
              .severity = fact.severity,
              .service = fact.service,
              .chain = fact.chain,
              .stage = fact.stage,
              .team = fact.team,
              .escalation = fact.escalation,
              .urgency = fact.urgency,
              .muted_by = fact.muted_by,
              .opened_at = now_,
              .step = step,
              .open = std::move(open)};
  for (const char* name : {"summary", "description"}) {
    const auto found = fact.annotations.find(name);
    if (p.summary.empty() && found != fact.annotations.end()) { p.summary = found->second; }
  }
}

void Desk::wanted(const PageWanted& fact) {
  Pursuit& p = state_.pursuits[fact.incident];
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
    const auto owner = roster_.people.find(p.owner);
    if (owner == roster_.people.end() || owner->second.notify.empty()) {
      return note(p,
                  fmt::format("{} holds the incident and cannot be told: {}", p.owner, fact.why));
    }
    const PageWords words = notice_words(roster_, p, "needs you, " + fact.why, now_);
    return queue_page(p, {.person = p.owner,
                          .channel = owner->second.notify.front().via,
                          .why = "holds the incident",
                          .subject = words.subject,
                          .text = words.text,
                          .notice = true});
  }
  if (is_pursued(p)) { return; }
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
}

/// Calls the level the pursuit stands at, or the first after it that has somebody.
void Desk::enter_level(Pursuit& p) {
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
      p.level_due = now_ + level.wait;
      return call(p, calling.people);
    }
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

/// What is due now of one incident, in order of time; a page before a change of level.
void Desk::due_for(Pursuit& p) {
  std::vector<PlannedPage> ripe;
  std::ranges::copy_if(p.planned, std::back_inserter(ripe),
                       [&](const PlannedPage& planned) { return planned.at <= now_; });
  std::erase_if(p.planned, [&](const PlannedPage& planned) { return planned.at <= now_; });
  for (const PlannedPage& planned : ripe) { send_planned(p, planned); }
  const std::vector<PageId> open = p.open;
  for (const PageId id : open) {
    const auto found = state_.pages.find(id);
    if (found == state_.pages.end()) { continue; }
    LedgerPage& page = found->second;
    if (page.retry_at && *page.retry_at <= now_) { attempt(p, page); }
    if (page.late_at && *page.late_at <= now_) { went_late(p, page); }
  }
  if (p.level_due && *p.level_due <= now_) { move_on(p); }
}

void Desk::due() {
  std::vector<std::pair<WallTime, IncidentId>> waiting;
  for (const auto& [id, pursuit] : state_.pursuits) {
    const std::optional<WallTime> at = next_due(state_, pursuit);
    if (at && *at <= now_) { waiting.emplace_back(*at, id); }
  }
  std::ranges::sort(waiting);
  for (const auto& [at, id] : waiting) { due_for(state_.pursuits.at(id)); }
}

void Desk::jumped(Millis by) {
  const auto shift = [&](std::optional<WallTime>& at) {
    if (at) { *at += by; }
  };
  for (auto& [id, p] : state_.pursuits) {
    shift(p.level_due);
    for (PlannedPage& planned : p.planned) { planned.at += by; }
    for (const PageId open : p.open) {
      LedgerPage& page = state_.pages.at(open);
      shift(page.retry_at);
      shift(page.late_at);
    }
  }
}

void Desk::tidy() {
  while (state_.pages.size() > kLedgerMax) {
    const auto settled = std::ranges::find_if(
        state_.pages, [](const auto& item) { return item.second.state != PageState::queued; });
    if (settled == state_.pages.end()) { break; }
    state_.pages.erase(settled);
  }
  size_t resolved = 0;
  for (const auto& [id, p] : state_.pursuits) {
    resolved += p.state == PursuitState::resolved && p.open.empty() ? 1 : 0;
  }
  for (auto it = state_.pursuits.begin(); resolved > kResolvedMax && it != state_.pursuits.end();) {
    const bool drop = it->second.state == PursuitState::resolved && it->second.open.empty();
    it = drop ? state_.pursuits.erase(it) : std::next(it);
    resolved -= drop ? 1 : 0;
  }
}

}  // namespace vigie::oncall
