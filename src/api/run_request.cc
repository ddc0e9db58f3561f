#include "api/run_request.h"

#include <fmt/core.h>

#include "api/names.h"
#include "api/now.h"

namespace vigie::api {

namespace {

std::string dry_run_path(const RunWanted& wanted) {
  std::string out =
      fmt::format("dry-run/{}?incident={}", net::url_encode(wanted.runbook), wanted.incident);
  for (const auto& [name, value] : wanted.params) {
    out += fmt::format("&param.{}={}", net::url_encode(name), net::url_encode(value));
  }
  return out;
}

/// The first parameter that the runbook does not know, as a refusal; or null.
json::value odd_parameter(const json::object& runbook, const StringMap& params) {
  const json::array* list = get_array(runbook, "params");
  const auto known = list == nullptr ? std::vector<std::string>() : names_in(*list, "name");
  for (const auto& [name, value] : params) {
    if (std::find(known.begin(), known.end(), name) != known.end()) { continue; }
    return refusal(400, "invalid",
                   fmt::format("{} of the runbook \"{}\"", no_such("parameter", name, known),
                               get_string(runbook, "id")),
                   "params");
  }
  return nullptr;
}

json::value wrong_with(const RunWanted& wanted, const engine::Heart& heart, WallTime now) {
  const std::string id = wanted.runbook.substr(0, wanted.runbook.find('#'));
  const json::value runbook = view_of(heart, "runbook", "runbooks/" + id, now);
  if (!runbook.is_object()) { return refusal(404, "not_found", no_runbook(heart, id, now)); }
  const std::string path = fmt::format("incidents/{}", wanted.incident);
  if (wanted.incident != 0 && !view_of(heart, "incident", path, now).is_object()) {
    return refusal(404, "not_found", fmt::format("there is no incident {}", wanted.incident),
                   "incident");
  }
  return odd_parameter(runbook.get_object(), wanted.params);
}

/// nothing fills "namespace" (give this parameter), "labels.stage" (...)
std::string missing_text(const json::array& missing) {
  std::string out;
  for (const json::value& item : missing) {
    const std::string_view name = vigie::view_of(item.get_string());
    const bool label = name.starts_with("labels.");
    out += fmt::format("{}\"{}\" ({})", out.empty() ? "nothing fills " : ", ", name,
                       label ? "name an incident that has this label" : "give this parameter");
  }
  return out;
}

}  // namespace

Result<RunWanted> read_run_wanted(std::string_view runbook, const json::object& body) {
  RunWanted out{.runbook = std::string(runbook)};
  const json::value* incident = body.if_contains("incident");
  if (incident != nullptr && !incident->is_null()) {
    if (get_int(body, "incident", -1) < 0) {
      return error(Code::invalid, "incident is the number of one");
    }
    out.incident = static_cast<uint64_t>(get_int(body, "incident"));
  }
  if (const json::object* given = get_object(body, "params")) {
    for (const auto& item : *given) {
      if (!item.value().is_string()) { return error(Code::invalid, "parameters are texts"); }
      out.params.emplace(item.key(), vigie::view_of(item.value().get_string()));
    }
  }
  return out;
}

Question plan_of(RunWanted wanted) {
  return [wanted = std::move(wanted)](const engine::Heart& heart, WallTime now) -> json::value {
    json::value no = wrong_with(wanted, heart, now);
    if (!no.is_null()) { return no; }
    json::value plan = view_of(heart, "runbook", dry_run_path(wanted), now);
    if (plan.is_object()) { return plan; }
    return refusal(404, "not_found", fmt::format("there is no step \"{}\"", wanted.runbook));
  };
}

Question run_objection(RunWanted wanted) {
  return
      [plan = plan_of(std::move(wanted))](const engine::Heart& heart, WallTime now) -> json::value {
        json::value planned = plan(heart, now);
        if (is_refusal(planned)) { return planned; }
        const json::array* missing = get_array(planned.get_object(), "missing");
        if (missing != nullptr && !missing->empty()) {
          return refusal(409, "conflict", missing_text(*missing), "params");
        }
        const json::object* guard = get_object(planned.get_object(), "guard");
        if (guard == nullptr || get_bool(*guard, "allowed", true)) { return nullptr; }
        return refusal(409, "conflict", get_string(*guard, "why", "the guard holds it back"));
      };
}

}  // namespace vigie::api
