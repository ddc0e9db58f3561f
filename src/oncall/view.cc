#include "oncall/view.h"

#include <algorithm>
#include <set>

#include "model/view.h"
#include "oncall/calling.h"

namespace vigie::oncall {

namespace {

std::string name_of_person(const Roster& roster, const std::string& id) {
  const auto found = roster.people.find(id);
  return found == roster.people.end() ? id : found->second.name;
}

/// Schedules that a team's escalation calls, in the order of its levels.
std::vector<std::string> schedules_of(const Roster& roster, const Team& team) {
  std::vector<std::string> out;
  const Path* path = roster.path_for(team.escalation, team.name);
  if (path == nullptr) { return out; }
  for (const Level& level : path->levels) {
    for (const Target& target : level.page) {
      const bool schedule = target.kind == Target::Kind::schedule;
      if (schedule && std::ranges::find(out, target.name) == out.end() &&
          roster.schedules.contains(target.name)) {
        out.push_back(target.name);
      }
    }
  }
  return out;
}

/// How a person is reached by hand, by whoever reads the row.
void add_reach(json::object& row, const Roster& roster, const std::string& person) {
  const auto found = roster.people.find(person);
  const bool known = found != roster.people.end();
  row["phone"] = text_or_null(known ? found->second.phone : "");
  row["email"] = text_or_null(known ? found->second.email : "");
}

/// Who is called after the first level, when nobody answers.
json::array levels_after(const Roster& roster, const std::string& name, WallTime at) {
  json::array out;
  const auto team = roster.teams.find(name);
  const Path* path =
      team == roster.teams.end() ? nullptr : roster.path_for(team->second.escalation, name);
  if (path == nullptr) { return out; }
  Millis after{0};
  for (const Level& level : path->levels) {
    json::array people;
    for (const Called& called : called_by(roster, level, at).people) {
      json::object one{{"person", called.person}, {"name", name_of_person(roster, called.person)}};
      add_reach(one, roster, called.person);
      people.push_back(std::move(one));
    }
    if (&level != &path->levels.front()) {
      out.push_back(json::object{{"after_ms", after.count()}, {"people", std::move(people)}});
    }
    after += level.wait;
  }
  return out;
}

json::object duty_row(const Roster& roster, const std::string& team, const Schedule& schedule,
                      WallTime at) {
  const Shift shift = who(schedule, at);
  json::object row;
  row["team"] = text_or_null(team);
  row["schedule"] = schedule.name;
  row["person"] = text_or_null(shift.duty.person);
  row["name"] = text_or_null(name_of_person(roster, shift.duty.person));
  row["until"] = time_or_null(shift.until);
  row["next"] = text_or_null(shift.next.person);
  row["next_name"] = text_or_null(name_of_person(roster, shift.next.person));
  row["covers"] = text_or_null(shift.duty.covered);
  add_reach(row, roster, shift.duty.person);
  row["escalation"] = levels_after(roster, team, at);
  return row;
}

/// A team without a schedule: whoever its first level calls, or a row that says nobody.
json::array first_level_rows(const Roster& roster, const Team& team, WallTime at) {
  std::vector<std::string> people;
  const Path* path = roster.path_for(team.escalation, team.name);
  if (path != nullptr && !path->levels.empty()) {
    for (const Called& called : called_by(roster, path->levels.front(), at).people) {
      people.push_back(called.person);
    }
  }
  if (people.empty()) { people.emplace_back(); }
  json::array rows;
  for (const std::string& person : people) {
    json::object row{{"team", team.name},
                     {"schedule", nullptr},
                     {"person", text_or_null(person)},
                     {"name", text_or_null(name_of_person(roster, person))},
                     {"until", nullptr},
                     {"next", nullptr},
                     {"next_name", nullptr},
                     {"covers", nullptr}};
    add_reach(row, roster, person);
    row["escalation"] = levels_after(roster, team.name, at);
    rows.push_back(std::move(row));
  }
  return rows;
}

json::array duty_rows(const Roster& roster, std::string_view team_wanted, WallTime at) {
  json::array rows;
  std::set<std::string> shown;
  for (const auto& [name, team] : roster.teams) {
    const std::vector<std::string> schedules = schedules_of(roster, team);
    shown.insert(schedules.begin(), schedules.end());
    if (!team_wanted.empty() && name != team_wanted) { continue; }
    for (const std::string& schedule : schedules) {
      rows.push_back(duty_row(roster, name, roster.schedules.at(schedule), at));
    }
    if (!schedules.empty()) { continue; }
    for (json::value& row : first_level_rows(roster, team, at)) { rows.push_back(row); }
  }
  for (const auto& [name, schedule] : roster.schedules) {
    const bool wanted = team_wanted.empty() || name == team_wanted;
    if (wanted && !shown.contains(name)) { rows.push_back(duty_row(roster, "", schedule, at)); }
  }
  return rows;
}

json::object page_json(const LedgerPage& page) {
  return {{"id", page.id.value},
          {"incident", page.incident.value},
          {"person", page.person},
          {"channel", page.channel},
          {"address", text_or_null(page.address)},
          {"state", word_of(page.state)},
          {"attempts", page.attempts},
          {"repeat", page.repeat},
          {"notice", page.notice},
          {"level", page.level},
          {"at", rfc3339(page.at)},
          {"sent_at", time_or_null(page.sent_at)},
          {"detail", text_or_null(page.detail)},
          {"why", page.why},
          {"subject", page.subject},
          {"text", page.text}};
}

json::array pages(const State& state, std::string_view path) {
  const std::optional<int64_t> incident = whole_number<int64_t>(view_param(path, "incident"));
  const std::optional<int64_t> before = whole_number<int64_t>(view_param(path, "before"));
  const int64_t limit =
      std::clamp<int64_t>(whole_number<int64_t>(view_param(path, "limit")).value_or(1000), 0, 1000);
  json::array out;
  for (auto it = state.pages.rbegin(); it != state.pages.rend(); ++it) {
    if (static_cast<int64_t>(out.size()) >= limit) { break; }
    const auto id = static_cast<int64_t>(it->first.value);
    if (before && id >= *before) { continue; }
    if (incident && static_cast<int64_t>(it->second.incident.value) != *incident) { continue; }
    out.push_back(page_json(it->second));
  }
  return out;
}

json::value why(const State& state, std::string_view id) {
  const std::optional<int64_t> wanted = whole_number<int64_t>(id);
  if (!wanted) { return nullptr; }
  const auto found = state.pages.find(PageId{static_cast<uint64_t>(*wanted)});
  if (found == state.pages.end()) { return nullptr; }
  json::object out = page_json(found->second);
  json::array reasons;
  for (const Reason& reason : found->second.because) {
    reasons.push_back(json::object{{"at", rfc3339(reason.at)}, {"text", reason.text}});
  }
  out["because"] = std::move(reasons);
  return out;
}

json::value next(const Roster& roster, const State& state, std::string_view id) {
  const std::optional<int64_t> wanted = whole_number<int64_t>(id);
  if (!wanted) { return nullptr; }
  const auto found = state.pursuits.find(IncidentId{static_cast<uint64_t>(*wanted)});
  if (found == state.pursuits.end()) { return nullptr; }
  const std::optional<NextStep> step = next_step(roster, state, found->second);
  if (!step) { return nullptr; }
  return json::object{{"at", rfc3339(step->at)}, {"what", step->what}};
}

json::value people(const Roster& roster) {
  json::array out;
  for (const auto& [id, person] : roster.people) {
    json::array channels;
    for (const NotifyRule& rule : person.notify) {
      channels.push_back(json::object{{"via", rule.via}, {"after_ms", rule.after.count()}});
    }
    out.push_back(
        json::object{{"person", id}, {"name", person.name}, {"notify", std::move(channels)}});
  }
  return out;
}

json::value summary(const State& state) {
  int64_t active = 0;
  int64_t queued = 0;
  int64_t failed = 0;
  for (const auto& [id, pursuit] : state.pursuits) { active += is_pursued(pursuit) ? 1 : 0; }
  for (const auto& [id, page] : state.pages) {
    queued += page.state == PageState::queued ? 1 : 0;
    failed += page.state == PageState::failed ? 1 : 0;
  }
  return json::object{{"pursued", active}, {"pages_queued", queued}, {"pages_failed", failed}};
}

}  // namespace

json::value view_of_room(const Roster& roster, const State& state, std::string_view path,
                         WallTime now) {
  const std::string_view head = path.substr(0, path.find('?'));
  if (head.empty()) { return summary(state); }
  if (head == "oncall") { return duty_rows(roster, "", now); }
  if (head == "who") {
    const std::string_view at = view_param(path, "at");
    const std::optional<int64_t> millis = whole_number<int64_t>(at);
    const WallTime asked = millis ? wall_from_millis(*millis) : parse_rfc3339(at).value_or(now);
    return duty_rows(roster, view_param(path, "team"), asked);
  }
  if (head == "pages") { return pages(state, path); }
  if (head == "people") { return people(roster); }
  if (head.starts_with("why/")) { return why(state, head.substr(4)); }
  if (head.starts_with("next/")) { return next(roster, state, head.substr(5)); }
  return nullptr;
}

}  // namespace vigie::oncall
