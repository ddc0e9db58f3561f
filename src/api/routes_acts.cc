#include <fmt/core.h>

#include "api/now.h"
#include "api/routes.h"

namespace vigie::api {

namespace {

Result<uint64_t> id_of(const Call& call) {
  auto id = parse_count(call.param("id"), 0, INT64_MAX);
  if (!id || *id == 0) { return error(Code::invalid, "an id is a number from 1"); }
  return id;
}

/// `note` and the like are what people type: bounded, so that a paste cannot fill the journal.
constexpr size_t kTextMax = 10'000;

Result<std::string> text_in(const json::object& body, std::string_view key) {
  std::string text = get_string(body, key);
  if (text.size() > kTextMax) {
    return error(Code::invalid, fmt::format("{} is longer than {} bytes", key, kTextMax));
  }
  return text;
}

/// The event that an act on an incident asks for; `not_found` for an unknown act.
Result<EventBody> act_on_incident(std::string_view act, IncidentId incident, const Call& call,
                                  const std::string& note) {
  if (act == "ack") {
    return EventBody(
        AckAsked{.incident = incident, .who = call.who, .via = call.via, .note = note});
  }
  if (act == "take") {
    return EventBody(
        TakeAsked{.incident = incident, .who = call.who, .via = call.via, .note = note});
  }
  if (act == "resolve") {
    return EventBody(
        ResolveAsked{.incident = incident, .who = call.who, .via = call.via, .note = note});
  }
  if (act == "note") {
    if (note.empty()) { return error(Code::invalid, "a note needs a text"); }
    return EventBody(
        NoteAsked{.incident = incident, .who = call.who, .via = call.via, .note = note});
  }
  return error(Code::not_found, fmt::format("\"{}\" is not ack, take, resolve or note", act));
}

std::string dry_run_path(const std::string& runbook, uint64_t incident, const StringMap& params) {
  std::string out = fmt::format("dry-run/{}?incident={}", runbook, incident);
  for (const auto& [name, value] : params) {
    out += fmt::format("&param.{}={}", net::url_encode(name), net::url_encode(value));
  }
  return out;
}

json::value state_of(const engine::Heart& heart, std::string_view room, const std::string& path,
                     WallTime now) {
  const json::value view = view_of(heart, room, path, now);
  const json::object* object = view.if_object();
  return object == nullptr ? json::value() : json::value(get_string(*object, "state"));
}

}  // namespace

Task<net::HttpReply> Routes::incident_declare(Call call) {
  const auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const auto title = text_in(*body, "title");
  const auto note = text_in(*body, "note");
  if (!title || title->empty()) {
    co_return error_reply(400, "invalid", "say in a few words what is wrong", "title");
  }
  if (!note) { co_return error_reply(note.error(), "note"); }
  const std::string service = get_string(*body, "service");
  Question known = [service](const engine::Heart& heart, WallTime now) -> json::value {
    for (const json::value& one : service_list(heart, now)) {
      if (get_string(one.get_object(), "name") == service) { return true; }
    }
    return service.empty();
  };
  const json::value is_known = co_await ask(std::move(known));
  if (!is_known.get_bool()) {
    co_return error_reply(400, "invalid", fmt::format("there is no service \"{}\"", service),
                          "service");
  }
  DeclareAsked asked{.title = *title,
                     .service = service,
                     .severity = get_string(*body, "severity", "critical"),
                     .who = call.who,
                     .via = call.via,
                     .note = *note};
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  Question newest = [](const engine::Heart& heart, WallTime now) -> json::value {
    const json::array list = incident_list(heart, true, 1, 0, now);
    return list.empty() ? json::value(0) : *list[0].get_object().if_contains("id");
  };
  json::value id = co_await ask(std::move(newest));
  json::object out;
  out["id"] = std::move(id);
  co_return net::json_reply(201, to_text(out));
}

Task<net::HttpReply> Routes::incident_act(Call call) {
  const auto id = id_of(call);
  if (!id) { co_return error_reply(id.error(), "id"); }
  const auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const auto note = text_in(*body, "note");
  if (!note) { co_return error_reply(note.error(), "note"); }
  const std::string path = fmt::format("incidents/{}", *id);
  Question question = [path](const engine::Heart& heart, WallTime now) {
    return state_of(heart, "incident", path, now);
  };
  const json::value state = co_await ask(std::move(question));
  if (state.is_null()) {
    co_return error_reply(404, "not_found", fmt::format("there is no incident {}", *id));
  }
  const std::string_view act = call.param("act");
  if (state == json::value("resolved") && act != "note") {
    co_return error_reply(409, "conflict", fmt::format("incident {} is resolved", *id));
  }
  auto asked = act_on_incident(act, IncidentId{*id}, call, *note);
  if (!asked) { co_return error_reply(asked.error()); }
  const Status submitted = co_await submit(*std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  net::HttpReply reply = co_await incident_reply(std::to_string(*id), 200);
  co_return reply;
}

Task<net::HttpReply> Routes::runbook_run(Call call) {
  const auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const std::string runbook(call.param("id"));
  const uint64_t incident = static_cast<uint64_t>(get_int(*body, "incident"));
  StringMap params;
  if (const json::object* given = get_object(*body, "params")) {
    for (const auto& item : *given) {
      if (!item.value().is_string()) {
        co_return error_reply(400, "invalid", "parameters are texts", "params");
      }
      params.emplace(std::string(item.key()),
                     std::string(vigie::view_of(item.value().get_string())));
    }
  }
  const std::string plan_path = dry_run_path(runbook, incident, params);
  Question plan = [plan_path](const engine::Heart& heart, WallTime now) {
    return view_of(heart, "runbook", plan_path, now);
  };
  const json::value planned = co_await ask(std::move(plan));
  if (planned.is_null()) {
    co_return error_reply(404, "not_found", fmt::format("there is no runbook \"{}\"", runbook));
  }
  if (get_bool(*body, "dry_run")) { co_return net::json_reply(200, to_text(planned)); }
  const json::object* guard = get_object(planned.get_object(), "guard");
  if (guard != nullptr && !get_bool(*guard, "allowed", true)) {
    co_return error_reply(409, "conflict", get_string(*guard, "why", "the guard holds it back"));
  }
  RunAsked asked{.runbook = runbook,
                 .incident = {incident},
                 .params = std::move(params),
                 .who = call.who,
                 .via = call.via};
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  Question newest = [runbook](const engine::Heart& heart, WallTime now) -> json::value {
    const json::value runs = view_of(heart, "runbook", "runs", now);
    if (!runs.is_array()) { return nullptr; }
    for (const json::value& run : runs.get_array()) {
      if (get_string(run.get_object(), "runbook") == runbook) {
        return *run.get_object().if_contains("id");
      }
    }
    return nullptr;
  };
  json::value run = co_await ask(std::move(newest));
  json::object out;
  out["run"] = std::move(run);
  co_return net::json_reply(202, to_text(out));
}

Task<net::HttpReply> Routes::run_cancel(Call call) {
  const auto id = id_of(call);
  if (!id) { co_return error_reply(id.error(), "id"); }
  const std::string path = fmt::format("runs/{}", *id);
  Question question = [path](const engine::Heart& heart, WallTime now) {
    return state_of(heart, "runbook", path, now);
  };
  const json::value state = co_await ask(std::move(question));
  if (state.is_null()) {
    co_return error_reply(404, "not_found", fmt::format("there is no run {}", *id));
  }
  if (state != json::value("running") && state != json::value("waiting")) {
    co_return error_reply(409, "conflict", fmt::format("run {} has ended", *id));
  }
  RunCancelAsked asked{.run = {*id}, .who = call.who, .via = call.via};
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  net::HttpReply reply = co_await view_reply("runbook", path, "", "the run is gone");
  co_return reply;
}

Task<net::HttpReply> Routes::run_answer(Call call) {
  const auto id = id_of(call);
  if (!id) { co_return error_reply(id.error(), "id"); }
  const auto body = body_object(call.request);
  if (!body) { co_return error_reply(body.error()); }
  const std::string answer = get_string(*body, "answer");
  if (answer != "done" && answer != "not_done" && answer != "again") {
    co_return error_reply(400, "invalid", "answer \"done\", \"not_done\" or \"again\"", "answer");
  }
  const std::string path = fmt::format("runs/{}", *id);
  Question question = [path](const engine::Heart& heart, WallTime now) {
    return state_of(heart, "runbook", path, now);
  };
  const json::value state = co_await ask(std::move(question));
  if (state.is_null()) {
    co_return error_reply(404, "not_found", fmt::format("there is no run {}", *id));
  }
  if (state != json::value("waiting")) {
    co_return error_reply(409, "conflict", fmt::format("run {} does not wait for an answer", *id));
  }
  StepAnswered asked{.run = {*id},
                     .step = get_string(*body, "step"),
                     .answer = answer,
                     .who = call.who,
                     .via = call.via};
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  net::HttpReply reply = co_await view_reply("runbook", path, "", "the run is gone");
  co_return reply;
}

Task<net::HttpReply> Routes::service_act(Call call) {
  const std::string name(call.param("name"));
  const std::string verb(call.param("verb"));
  if (verb != "start" && verb != "stop" && verb != "restart") {
    co_return error_reply(404, "not_found",
                          fmt::format("\"{}\" is not start, stop or restart", verb));
  }
  Question find = [name](const engine::Heart& heart, WallTime now) -> json::value {
    for (json::value& service : service_list(heart, now)) {
      if (get_string(service.get_object(), "name") == name) { return std::move(service); }
    }
    return nullptr;
  };
  const json::value service = co_await ask(find);
  if (service.is_null()) {
    co_return error_reply(404, "not_found", fmt::format("there is no service \"{}\"", name));
  }
  if (get_object(service.get_object(), "unit") == nullptr) {
    co_return error_reply(409, "conflict",
                          fmt::format("{} is not run by Vigie (it has no run: process)", name));
  }
  UnitAsked asked{.unit = name, .verb = verb, .who = call.who, .via = call.via};
  const Status submitted = co_await submit(std::move(asked));
  if (!submitted) { co_return error_reply(submitted.error()); }
  const json::value after = co_await ask(find);
  json::object out;
  if (after.is_object()) { out["unit"] = *after.get_object().if_contains("unit"); }
  co_return net::json_reply(202, to_text(out));
}

}  // namespace vigie::api
