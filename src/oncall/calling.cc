#include "oncall/calling.h"

#include <fmt/core.h>

#include <algorithm>

#include "oncall/notifier_kind.h"

namespace vigie::oncall {

namespace {

/// Collects the people of one level.
class Caller {
 public:
  Caller(const Roster& roster, WallTime at) : roster_(roster), at_(at) {}

  void add(const Target& target) {
    switch (target.kind) {
      case Target::Kind::schedule:
      case Target::Kind::schedule_next:
        return add_schedule(target);
      case Target::Kind::team:
        return add_team(target);
      case Target::Kind::person:
        return add_person(target.name, "named by the escalation");
    }
  }

  Calling take() { return std::move(out_); }

 private:
  void add_person(const std::string& id, std::string why) {
    const auto found = roster_.people.find(id);
    if (found == roster_.people.end()) {
      out_.empty.push_back(fmt::format("{} is not in the book", id));
    } else if (found->second.notify.empty()) {
      out_.empty.push_back(fmt::format("{} cannot be reached", id));
    } else if (std::ranges::find(out_.people, id, &Called::person) == out_.people.end()) {
      out_.people.push_back({.person = id, .why = std::move(why)});
    }
  }

  void add_schedule(const Target& target) {
    const auto found = roster_.schedules.find(target.name);
    if (found == roster_.schedules.end()) {
      out_.empty.push_back(fmt::format("schedule {} is not in the book", target.name));
      return;
    }
    const Schedule& schedule = found->second;
    if (target.kind == Target::Kind::schedule_next) {
      const std::string next = who_next(schedule, at_);
      if (next.empty()) {
        out_.empty.push_back(fmt::format("schedule {} has nobody next", target.name));
        return;
      }
      return add_person(next, fmt::format("schedule {}, next on call", target.name));
    }
    const Shift shift = who(schedule, at_);
    if (shift.duty.person.empty()) {
      out_.empty.push_back(fmt::format("schedule {} has nobody on call", target.name));
      return;
    }
    std::string why = fmt::format("schedule {}, on call", target.name);
    if (shift.until) { why += " until " + format_for_people(*shift.until, schedule.zone); }
    if (!shift.duty.covered.empty()) { why += " for " + shift.duty.covered; }
    add_person(shift.duty.person, std::move(why));
  }

  void add_team(const Target& target) {
    const auto found = roster_.teams.find(target.name);
    if (found == roster_.teams.end() || found->second.members.empty()) {
      out_.empty.push_back(fmt::format("team {} has no members", target.name));
      return;
    }
    for (const std::string& member : found->second.members) {
      add_person(member, fmt::format("member of team {}", target.name));
    }
  }

  const Roster& roster_;
  const WallTime at_;
  Calling out_;
};

std::string_view verb_of(std::string_view channel) {
  const NotifierKind* kind = find_notifier_kind(channel);
  return kind == nullptr ? "paged" : kind->verb;
}

void keep_earlier(std::optional<NextStep>& best, WallTime at, std::string what) {
  if (!best || at < best->at) { best = NextStep{.at = at, .what = std::move(what)}; }
}

}  // namespace

Calling called_by(const Roster& roster, const Level& level, WallTime at) {
  Caller caller{roster, at};
  for (const Target& target : level.page) { caller.add(target); }
  return caller.take();
}

Onward onward_from(const Roster& roster, const Pursuit& pursuit, WallTime at) {
  Onward out{.round = pursuit.round, .level = pursuit.level + 1};
  const Path* path = roster.path_for(pursuit.escalation, pursuit.team);
  if (path != nullptr && pursuit.state == PursuitState::active) {
    const auto levels = static_cast<int64_t>(path->levels.size());
    // One round to the end and one more from the start sees every level.
    for (int64_t looked = 0; looked <= 2 * levels; ++looked) {
      if (out.level >= levels) {
        if (out.round >= path->repeat) { break; }
        ++out.round;
        out.level = 0;
        continue;
      }
      const Calling calling = called_by(roster, path->levels[static_cast<size_t>(out.level)], at);
      if (!calling.people.empty()) {
        for (const Called& called : calling.people) { out.people.push_back(called.person); }
        return out;
      }
      ++out.level;
    }
  }
  out.last_resort = true;
  out.people = roster.last_people();
  return out;
}

std::string join_names(const std::vector<std::string>& names) {
  std::string out;
  for (size_t i = 0; i < names.size(); ++i) {
    if (i > 0) { out += i + 1 == names.size() ? " and " : ", "; }
    out += names[i];
  }
  return out;
}

std::string being_paged(const Roster& roster, const std::vector<std::string>& people) {
  if (people.empty()) { return "nobody can be paged"; }
  std::string_view verb;
  for (const std::string& id : people) {
    const auto person = roster.people.find(id);
    const bool known = person != roster.people.end() && !person->second.notify.empty();
    const std::string_view own = known ? verb_of(person->second.notify.front().via) : "paged";
    if (!verb.empty() && verb != own) {
      verb = "paged";
      break;
    }
    verb = own;
  }
  return fmt::format("{} {} {}", join_names(people), people.size() == 1 ? "is" : "are", verb);
}

std::optional<NextStep> next_step(const Roster& roster, const State& state,
                                  const Pursuit& pursuit) {
  std::optional<NextStep> best;
  if (!is_pursued(pursuit)) { return best; }
  for (const PlannedPage& planned : pursuit.planned) {
    keep_earlier(best, planned.at,
                 fmt::format("{} is {}", planned.person, verb_of(planned.channel)));
  }
  for (const PageId id : pursuit.open) {
    const auto page = state.pages.find(id);
    if (page == state.pages.end() || !page->second.retry_at) { continue; }
    keep_earlier(best, *page->second.retry_at,
                 fmt::format("{} is {} again", page->second.person, verb_of(page->second.channel)));
  }
  if (pursuit.level_due) {
    const Onward onward = onward_from(roster, pursuit, *pursuit.level_due);
    std::string what = being_paged(roster, onward.people);
    if (onward.last_resort) { what += ", as the last resort"; }
    keep_earlier(best, *pursuit.level_due, std::move(what));
  }
  return best;
}

}  // namespace vigie::oncall
