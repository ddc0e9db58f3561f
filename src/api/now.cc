#include "api/now.h"

#include <fmt/core.h>

#include "api/names.h"

namespace vigie::api {

namespace {

json::array array_of(json::value value) {
  return value.is_array() ? std::move(value.get_array()) : json::array();
}

bool is_open(const json::object& incident) {
  return get_string(incident, "state") != "resolved";
}

/// What happens next with an incident: a run's step before a page, since it may make it needless.
json::value next_of(const engine::Heart& heart, std::string_view id, WallTime now) {
  const std::string path = fmt::format("next/{}", id);
  json::value next = view_of(heart, "runbook", path, now);
  return next.is_null() ? view_of(heart, "oncall", path, now) : next;
}

/// The id of the newest run of an incident that has not ended.
json::value run_of(const json::array& runs, int64_t incident) {
  for (const json::value& run : runs) {
    const json::object* object = run.if_object();
    if (object == nullptr || get_int(*object, "incident") != incident) { continue; }
    const std::string state = get_string(*object, "state");
    if (state == "running" || state == "waiting") { return *object->if_contains("id"); }
  }
  return nullptr;
}

std::string name_of_person(const engine::Heart& heart, const std::string& id, WallTime now) {
  for (const json::value& item : array_of(view_of(heart, "oncall", "people", now))) {
    const json::object* person = item.if_object();
    if (person != nullptr && get_string(*person, "person") == id) {
      return get_string(*person, "name", id);
    }
  }
  return id;
}

void add_live_parts(const engine::Heart& heart, json::object& incident, const json::array& runs,
                    WallTime now) {
  const int64_t id = get_int(incident, "id");
  const std::string owner = get_string(incident, "owner");
  incident["owner_name"] =
      owner.empty() ? json::value(nullptr) : json::value(name_of_person(heart, owner, now));
  incident["next"] = is_open(incident) ? next_of(heart, std::to_string(id), now) : json::value();
  incident["run"] = run_of(runs, id);
  // Nobody is paged for an alert of what a person has called resolved.
  incident["still_firing"] = is_open(incident) ? 0 : get_int(incident, "alerts");
}

json::array of_incident(json::array all, int64_t incident) {
  json::array out;
  for (json::value& item : all) {
    const json::object* object = item.if_object();
    if (object != nullptr && get_int(*object, "incident") == incident) {
      out.push_back(std::move(item));
    }
  }
  return out;
}

/// Pages name people by their keys; what is read names them as the book does.
json::array with_names(const engine::Heart& heart, json::array pages, WallTime now) {
  for (json::value& item : pages) {
    json::object* page = item.if_object();
    if (page == nullptr) { continue; }
    (*page)["name"] = name_of_person(heart, get_string(*page, "person"), now);
  }
  return pages;
}

json::array in_progress(json::array runs) {
  json::array out;
  for (json::value& run : runs) {
    const std::string state = run.is_object() ? get_string(run.get_object(), "state") : "";
    if (state == "running" || state == "waiting") { out.push_back(std::move(run)); }
  }
  return out;
}

json::object alert_counts(const json::array& alerts) {
  int64_t firing = 0;
  int64_t pending = 0;
  for (const json::value& alert : alerts) {
    const std::string state = alert.is_object() ? get_string(alert.get_object(), "state") : "";
    firing += state == "firing" ? 1 : 0;
    pending += state == "pending" ? 1 : 0;
  }
  return {{"firing", firing}, {"pending", pending}};
}

/// The open incident that a service belongs to.
json::value incident_of_service(const json::array& incidents, std::string_view service) {
  for (const json::value& item : incidents) {
    const json::object* incident = item.if_object();
    if (incident != nullptr && is_open(*incident) && get_string(*incident, "service") == service) {
      return *incident->if_contains("id");
    }
  }
  return nullptr;
}

/// A unit that nothing checks is judged by its process alone.
void judge_by_unit(json::object& service, const json::object& unit) {
  if (get_string(service, "health") != "unknown") { return; }
  const std::string state = get_string(unit, "state");
  if (state == "running") {
    service["health"] = "healthy";
    service["why"] = "it runs; no check looks deeper";
  } else if (state == "failed" || state == "backoff") {
    service["health"] = "unhealthy";
    service["why"] = get_string(unit, "why");
  } else if (state == "starting" || state == "waiting") {
    service["health"] = "starting";
    service["why"] = get_string(unit, "why");
  }
}

json::array with_units(json::array services, const json::array& units,
                       const json::array& incidents) {
  for (json::value& item : services) {
    json::object* service = item.if_object();
    if (service == nullptr) { continue; }
    const std::string name = get_string(*service, "name");
    json::value unit = nullptr;
    for (const json::value& candidate : units) {
      const json::object* object = candidate.if_object();
      if (object == nullptr || get_string(*object, "unit", get_string(*object, "name")) != name) {
        continue;
      }
      unit = candidate;
    }
    if (const json::object* running = unit.if_object()) { judge_by_unit(*service, *running); }
    (*service)["unit"] = std::move(unit);
    (*service)["incident"] = incident_of_service(incidents, name);
  }
  return services;
}

/// The incident's record of its alerts, ended ones too; those that alerting still knows as it
/// knows them: who is told, and why or why not.
json::array with_live_parts(json::array recorded, const json::array& live) {
  for (json::value& item : recorded) {
    json::object* alert = item.if_object();
    if (alert == nullptr) { continue; }
    for (const json::value& other : live) {
      const json::object* known = other.if_object();
      if (known == nullptr) { continue; }
      const bool same = get_string(*known, "fingerprint") == get_string(*alert, "fingerprint") &&
                        get_string(*known, "state") == get_string(*alert, "state");
      if (same) { *alert = *known; }
    }
  }
  return recorded;
}

}  // namespace

json::value view_of(const engine::Heart& heart, std::string_view room, std::string_view path,
                    WallTime now) {
  const Decider* decider = heart.decider(room);
  return decider == nullptr ? json::value() : decider->view(path, now);
}

json::array service_list(const engine::Heart& heart, WallTime now) {
  return with_units(array_of(view_of(heart, "topology", "services", now)),
                    array_of(view_of(heart, "supervise", "units", now)),
                    array_of(view_of(heart, "incident", "incidents", now)));
}

Result<json::array> duty_list(const engine::Heart& heart, std::string_view team, WallTime at) {
  const std::string path = fmt::format("who?team={}&at={}", team, to_millis(at));
  json::array rows = array_of(view_of(heart, "oncall", path, at));
  // A team that there is has a row, if only to say that it is nobody.
  if (!rows.empty() || team.empty()) { return rows; }
  const json::array all = array_of(view_of(heart, "oncall", "oncall", at));
  std::vector<std::string> known = names_in(all, "team");
  for (std::string& schedule : names_in(all, "schedule")) { known.push_back(std::move(schedule)); }
  return error(Code::not_found, no_such("team", team, known));
}

json::value service_named(const engine::Heart& heart, std::string_view name, WallTime now) {
  for (json::value& service : service_list(heart, now)) {
    if (get_string(service.get_object(), "name") == name) { return std::move(service); }
  }
  return nullptr;
}

std::string no_service(const engine::Heart& heart, std::string_view name, WallTime now) {
  return no_such("service", name, names_in(service_list(heart, now), "name"));
}

std::string no_runbook(const engine::Heart& heart, std::string_view id, WallTime now) {
  const json::array all = array_of(view_of(heart, "runbook", "runbooks", now));
  return no_such("runbook", id, names_in(all, "id"));
}

json::array alert_list(const engine::Heart& heart, WallTime now) {
  // incident knows which alert belongs to it; alerting knows everything else of an alert.
  const json::value living = view_of(heart, "incident", "alerts", now);
  const json::value ended = view_of(heart, "incident", "alerts/ended", now);
  json::array alerts = array_of(view_of(heart, "alerting", "alerts", now));
  for (json::value& item : alerts) {
    json::object* alert = item.if_object();
    if (alert == nullptr) { continue; }
    const bool over = get_string(*alert, "state") == "resolved";
    const json::object* homes = over ? ended.if_object() : living.if_object();
    const json::value* home =
        homes == nullptr ? nullptr : homes->if_contains(get_string(*alert, "fingerprint"));
    (*alert)["incident"] = home == nullptr ? json::value() : *home;
  }
  return alerts;
}

json::array incident_list(const engine::Heart& heart, bool open_only, size_t limit, uint64_t before,
                          WallTime now) {
  const json::array runs = array_of(view_of(heart, "runbook", "runs", now));
  json::array out;
  for (json::value& item : array_of(view_of(heart, "incident", "incidents", now))) {
    json::object* incident = item.if_object();
    if (incident == nullptr || (open_only && !is_open(*incident))) { continue; }
    if (before != 0 && static_cast<uint64_t>(get_int(*incident, "id")) >= before) { continue; }
    if (out.size() >= limit) { break; }
    add_live_parts(heart, *incident, runs, now);
    out.push_back(std::move(item));
  }
  return out;
}

json::value incident_document(const engine::Heart& heart, std::string_view id, WallTime now) {
  json::value found = view_of(heart, "incident", fmt::format("incidents/{}", id), now);
  json::object* incident = found.if_object();
  if (incident == nullptr) { return nullptr; }
  const int64_t number = get_int(*incident, "id");
  const json::array runs = array_of(view_of(heart, "runbook", "runs", now));
  add_live_parts(heart, *incident, runs, now);
  (*incident)["alert_list"] = with_live_parts(array_of((*incident)["alert_list"]),
                                              of_incident(alert_list(heart, now), number));
  (*incident)["pages"] =
      with_names(heart, of_incident(array_of(view_of(heart, "oncall", "pages", now)), number), now);
  (*incident)["run_list"] = of_incident(runs, number);
  (*incident)["runbooks"] = array_of(view_of(heart, "runbook", fmt::format("suggest/{}", id), now));
  for (const char* key : {"timeline", "evidence"}) {
    if (!incident->contains(key)) { (*incident)[key] = json::array(); }
  }
  return found;
}

json::value page_document(const engine::Heart& heart, std::string_view id, WallTime now) {
  json::value found = view_of(heart, "oncall", fmt::format("why/{}", id), now);
  if (!found.is_object()) { return nullptr; }
  json::array named = with_names(heart, json::array{std::move(found)}, now);
  return std::move(named.front());
}

json::object now_document(const engine::Heart& heart, WallTime now) {
  json::object out;
  out["at"] = rfc3339(now);
  out["seq"] = heart.newest().value;
  out["oncall"] = array_of(view_of(heart, "oncall", "oncall", now));
  json::array incidents = incident_list(heart, true, 100, 0, now);
  order_by_need(incidents, array_of(view_of(heart, "incident", "severities", now)));
  out["incidents"] = std::move(incidents);
  out["runs"] = in_progress(array_of(view_of(heart, "runbook", "runs", now)));
  out["chains"] = array_of(view_of(heart, "topology", "chains", now));
  out["services"] = service_list(heart, now);
  out["alerts"] = alert_counts(array_of(view_of(heart, "alerting", "alerts", now)));
  const Sentence sentence = sentence_of(out);
  out["mood"] = sentence.mood;
  out["sentence"] = sentence.text;
  return out;
}

}  // namespace vigie::api
