#include "oncall/notifier_kind.h"
#include "oncall/roster.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace vigie::oncall {

namespace {

using config::Node;
using config::Problems;

constexpr Millis kDay = std::chrono::hours{24};
constexpr int kHoleStepsMax = 500;

template <class T>
std::vector<std::string_view> names_of(const std::map<std::string, T>& map) {
  std::vector<std::string_view> out;
  for (const auto& [name, value] : map) { out.push_back(name); }
  return out;
}

/// Walks the book again beside the roster, for places.
class Check {
 public:
  Check(const Roster& roster, const Node& root, Problems& problems)
      : roster_(roster), root_(root), problems_(problems) {}

  void all() {
    teams();
    schedules();
    paths();
    people_list(root_["last-resort"]);
    if (roster_.last_resort.empty() && !roster_.people.empty()) {
      problems_.warn(root_.place(), "no last-resort: when every path is empty, everybody is paged",
                     "name the people who may always be woken: last-resort: [ana]");
    }
    if (roster_.people.empty()) {
      problems_.warn(root_.place(), "no people: nobody can be paged",
                     "people: {ana: {name: Ana, email: ana@example.org}}");
    }
    reach();
    urgency();
  }

 private:
  template <class T>
  bool known(const std::map<std::string, T>& map, const std::string& name, const Node& at,
             std::string_view what) {
    if (map.contains(name)) { return true; }
    problems_.error(at.place(), fmt::format("unknown {} \"{}\"", what, name),
                    config::did_you_mean(name, names_of(map)));
    return false;
  }

  void person(const Node& at) {
    if (known(roster_.people, at.text(), at, "person")) { needed_.insert(at.text()); }
  }

  void people_list(const Node& list) {
    if (list.is_scalar() && !list.text().empty()) { person(list); }
    for (const Node& item : list.items()) { person(item); }
  }

  void teams() {
    for (const Node::Entry& team : root_["teams"].entries()) {
      people_list(team.value["members"]);
      const Node escalation = team.value["escalation"];
      if (!escalation.text().empty()) {
        known(roster_.paths, escalation.text(), escalation, "escalation");
      } else if (roster_.paths.size() != 1) {
        problems_.warn(team.key.place(),
                       fmt::format("team {} has no escalation: its incidents go straight to the "
                                   "last resort",
                                   team.key.text()),
                       "escalation: NAME");
      }
    }
  }

  void schedules() {
    for (const Node::Entry& entry : root_["schedules"].entries()) {
      for (const Node& layer : entry.value["layers"].items()) { people_list(layer["people"]); }
      for (const Node& cover : entry.value["covers"].items()) {
        if (!cover["person"].text().empty()) { person(cover["person"]); }
        if (!cover["for"].text().empty()) { person(cover["for"]); }
      }
      const auto schedule = roster_.schedules.find(entry.key.text());
      if (schedule == roster_.schedules.end()) { continue; }
      if (schedule->second.layers.empty()) {
        problems_.warn(entry.key.place(), fmt::format("schedule {} has no layer: nobody is on call",
                                                      entry.key.text()));
        continue;
      }
      holes(schedule->second, entry.key);
      fairness(schedule->second, entry.key);
    }
  }

  /// Looks at a fortnight once every layer has started, covers aside.
  void holes(const Schedule& schedule, const Node& key) {
    Schedule bare = schedule;
    bare.covers.clear();
    WallTime at = hand_over(bare.layers.front(), bare.zone, 0);
    for (const Layer& layer : bare.layers) { at = std::max(at, hand_over(layer, bare.zone, 0)); }
    const WallTime end = at + 14 * kDay;
    for (int step = 0; step < kHoleStepsMax && at < end; ++step) {
      const std::optional<WallTime> change = next_change(bare, at);
      if (duty_at(bare, at).person.empty()) {
        const Shift hole = who(bare, at);
        problems_.warn(
            key.place(),
            fmt::format("schedule {} has a hole: nobody from {} to {}", schedule.name,
                        format_for_people(at, schedule.zone),
                        hole.until ? format_for_people(*hole.until, schedule.zone) : "ever"),
            "add a layer without between, or a level that pages a person");
        return;
      }
      if (!change) { return; }
      at = *change;
    }
  }

  /// Turns shorter than a week that add up to whole weeks give each person the same days for ever.
  void fairness(const Schedule& schedule, const Node& key) {
    for (const Layer& layer : schedule.layers) {
      const auto count = static_cast<int64_t>(layer.people.size());
      if (count < 2 || layer.every >= 7 * kDay || !layer.between.empty()) { continue; }
      if ((layer.every * count) % (7 * kDay) != Millis{0}) { continue; }
      problems_.warn(key.place(),
                     fmt::format("schedule {}: {} people times {} is whole weeks, so everybody "
                                 "keeps the same days for ever and weekends never move",
                                 schedule.name, count, format_duration(layer.every)),
                     "take another length of turn");
    }
  }

  void paths() {
    for (const Node::Entry& entry : root_["escalations"].entries()) {
      for (const Node& level : entry.value["levels"].items()) {
        const Node page = level["page"];
        if (page.is_scalar()) { target(page); }
        for (const Node& item : page.items()) { target(item); }
      }
    }
  }

  void target(const Node& at) {
    const Target target = parse_target(at.text());
    switch (target.kind) {
      case Target::Kind::schedule:
      case Target::Kind::schedule_next:
        known(roster_.schedules, target.name, at, "schedule");
        return;
      case Target::Kind::team:
        known(roster_.teams, target.name, at, "team");
        return;
      case Target::Kind::person:
        if (roster_.people.contains(target.name)) {
          needed_.insert(target.name);
          return;
        }
        if (roster_.schedules.contains(target.name)) {
          problems_.error(at.place(), fmt::format("unknown person \"{}\"", target.name),
                          fmt::format("did you mean \"schedule {}\"?", target.name));
          return;
        }
        person(at);
    }
  }

  /// Everybody who may be called for must be reachable, and the channel must be set up.
  void reach() {
    std::set<std::string> complained;
    for (const std::string& id : needed_) {
      const Person& person = roster_.people.at(id);
      const Node people = root_["people"];
      if (person.notify.empty()) {
        problems_.error(people.place_of_key(id), fmt::format("nobody can reach {}", id),
                        "give an email, a webhook, or a notify rule this release can use");
      }
      for (const NotifyRule& rule : person.notify) {
        const NotifierKind* kind = find_notifier_kind(rule.via);
        if (kind == nullptr || kind->missing_for_pages == nullptr) { continue; }
        const std::string missing = kind->missing_for_pages(root_);
        if (missing.empty() || !complained.insert(rule.via).second) { continue; }
        problems_.error(people.place_of_key(id),
                        fmt::format("{} is paged over {}, but {}", id, rule.via, missing));
      }
    }
  }

  void urgency() {
    for (const Node::Entry& entry : root_["urgency"].entries()) {
      problems_.warn(entry.key.place(),
                     fmt::format("urgency {} is shown, but this release pages at once whatever "
                                 "the hour",
                                 entry.key.text()));
    }
  }

  const Roster& roster_;
  const Node& root_;
  Problems& problems_;
  std::set<std::string> needed_;
};

}  // namespace

void check_roster(const Roster& roster, const Node& root, Problems& problems) {
  Check{roster, root, problems}.all();
}

}  // namespace vigie::oncall
