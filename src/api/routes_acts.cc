#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "api/names.h"
#include "api/now.h"
#include "api/routes.h"
#include "api/run_request.h"

namespace vigie::api {

namespace {

/// `note` and the like are what people type: bounded, so that a paste cannot fill the journal.
constexpr size_t kTextMax = 10'000;

Result<std::string> text_in(const json::object& body, std::string_view key) {
  std::string text = get_string(body, key);
  if (text.size() > kTextMax) {
    return error(Code::invalid, fmt::format("{} is longer than {} bytes", key, kTextMax));
  }
  return text;
}

/// What every act needs of its request.
struct Request {
  uint64_t id = 0;  ///< Of the path's {id}, where it is a number.
  std::string key;
  json::object body;
};

/// The request, or the answer to a wrong one.
std::variant<Request, net::HttpReply> read_request(const Call& call, bool with_id) {
  Request out;
  if (with_id) {
    const auto id = parse_count(call.param("id"), 0, INT64_MAX);
    if (!id || *id == 0) { return error_reply(400, "invalid", "an id is a number from 1", "id"); }
    out.id = *id;
  }
  auto key = request_key(call.request);
  if (!key) { return error_reply(key.error(), "Idempotency-Key"); }
  out.key = *std::move(key);
  auto body = body_object(call.request);
  if (!body) { return error_reply(body.error()); }
  out.body = *std::move(body);
  return out;
}

/// The event that an act on an incident asks for; `not_found` for an unknown act.
Result<EventBody> act_on_incident(const Call& call, const Request& request,
                                  const std::string& note) {
  const std::string_view act = call.param("act");
  const auto asked = [&]<class Asked>(Asked empty) -> EventBody {
    empty.incident = IncidentId{request.id};
    empty.who = call.who;
    empty.via = call.via;
    empty.note = note;
    empty.key = request.key;
    return empty;
  };
  if (act == "ack") { return asked(AckAsked{}); }
  if (act == "take") { return asked(TakeAsked{}); }
  if (act == "resolve") { return asked(ResolveAsked{}); }
  if (act == "note") {
    if (note.empty()) { return error(Code::invalid, "a note needs a text"); }
    return asked(NoteAsked{});
  }
  return error(Code::not_found, fmt::format("\"{}\" is not ack, take, resolve or note", act));
}

std::string lower(std::string text) {
  for (char& c : text) { c = static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }
  return text;
}

/// Objects to a service that there is not, and to a severity that no rule of ours knows: it would
/// rank below a warning.
Question unless_declarable(std::string service, std::string severity) {
  return [service = std::move(service), severity = std::move(severity)](
             const engine::Heart& heart, WallTime now) -> json::value {
    if (!service.empty() && !service_named(heart, service, now).is_object()) {
      return refusal(400, "invalid", no_service(heart, service, now), "service");
    }
    const json::value words = view_of(heart, "incident", "severities", now);
    const auto known = names_in(words.get_array(), "word");
    if (std::ranges::find(known, severity) != known.end()) { return nullptr; }
    return refusal(400, "invalid",
                   fmt::format("{}: it is one of {}", no_such("severity", severity, known),
                               fmt::join(known, ", ")),
                   "severity");
  };
}

std::string run_path(uint64_t id) {
  return fmt::format("runs/{}", id);
}

/// Objects unless run `id` is in a state that `fits`; `otherwise` says what is wrong with it.
template <class Fits>
Question unless_run(uint64_t id, Fits fits, std::string_view otherwise) {
  return [id, fits, otherwise](const engine::Heart& heart, WallTime now) -> json::value {
    const json::value run = view_of(heart, "runbook", run_path(id), now);
    if (!run.is_object()) {
      return refusal(404, "not_found", fmt::format("there is no run {}", id));
    }
    if (fits(get_string(run.get_object(), "state"))) { return nullptr; }
    return refusal(409, "conflict", fmt::format("run {} {}", id, otherwise));
  };
}

/// The step that run `id` asks about, or "": its newest attempt.
std::string asked_step(const json::object& run) {
  std::string out;
  if (const json::array* steps = get_array(run, "steps")) {
    for (const json::value& step : *steps) {
      const bool tried = step.is_object() && get_int(step.get_object(), "attempt") > 0;
      if (tried) { out = get_string(step.get_object(), "id"); }
    }
  }
  return out;
}

/// Objects unless run `id` waits for an answer, about `step` if one is named: a click on another
/// step came too late.
Question unless_asking(uint64_t id, std::string step) {
  return [id, step = std::move(step)](const engine::Heart& heart, WallTime now) -> json::value {
    const auto waits = [](std::string_view state) { return state == "waiting"; };
    json::value no = unless_run(id, waits, "does not wait for an answer")(heart, now);
    if (!no.is_null() || step.empty()) { return no; }
    const json::value run = view_of(heart, "runbook", run_path(id), now);
    const std::string asked = asked_step(run.get_object());
    if (asked == step) { return nullptr; }
    return refusal(409, "conflict",
                   fmt::format("run {} asks about its step \"{}\", not \"{}\"", id, asked, step),
                   "step");
  };
}

net::HttpReply answered(const Acted& acted, net::HttpReply reply) {
  if (acted.repeat) { reply.headers.set("Idempotency-Replayed", "true"); }
  return reply;
}

}  // namespace

Task<net::HttpReply> Routes::incident_declare(Call call) {
  const auto read = read_request(call, false);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  const Request& request = std::get<Request>(read);
  const auto title = text_in(request.body, "title");
  const auto note = text_in(request.body, "note");
  if (!title || title->empty()) {
    co_return error_reply(400, "invalid", "say in a few words what is wrong", "title");
  }
  if (!note) { co_return error_reply(note.error(), "note"); }
  const std::string service = get_string(request.body, "service");
  std::string severity = lower(get_string(request.body, "severity"));
  if (severity.empty()) { severity = "critical"; }
  DeclareAsked asked{.title = *title,
                     .service = service,
                     .severity = severity,
                     .who = call.who,
                     .via = call.via,
                     .note = *note,
                     .key = request.key};
  Question objection = unless_declarable(service, severity);
  Acted acted = co_await acting.act(std::move(asked), std::move(objection));
  if (acted.refused) { co_return *std::move(acted.refused); }
  const json::object out{{"id", acted.incident.value}};
  co_return answered(acted, net::json_reply(201, to_text(out)));
}

Task<net::HttpReply> Routes::incident_act(Call call) {
  const auto read = read_request(call, true);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  const Request& request = std::get<Request>(read);
  const auto note = text_in(request.body, "note");
  if (!note) { co_return error_reply(note.error(), "note"); }
  auto asked = act_on_incident(call, request, *note);
  if (!asked) { co_return error_reply(asked.error()); }
  const bool also_over = call.param("act") == "note";
  Question objection = [id = request.id, also_over](const engine::Heart& heart,
                                                    WallTime now) -> json::value {
    const json::value found = view_of(heart, "incident", fmt::format("incidents/{}", id), now);
    if (!found.is_object()) {
      return refusal(404, "not_found", fmt::format("there is no incident {}", id));
    }
    if (also_over || get_string(found.get_object(), "state") != "resolved") { return nullptr; }
    return refusal(409, "conflict", fmt::format("incident {} is resolved", id));
  };
  Acted acted = co_await acting.act(*std::move(asked), std::move(objection));
  if (acted.refused) { co_return *std::move(acted.refused); }
  net::HttpReply reply = co_await incident_reply(std::to_string(request.id), 200);
  co_return answered(acted, std::move(reply));
}

Task<net::HttpReply> Routes::runbook_run(Call call) {
  const auto read = read_request(call, false);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  const Request& request = std::get<Request>(read);
  auto read_wanted = read_run_wanted(call.param("id"), request.body);
  if (!read_wanted) { co_return error_reply(read_wanted.error(), "params"); }
  const RunWanted wanted = *std::move(read_wanted);
  if (get_bool(request.body, "dry_run")) {
    Question plan = plan_of(wanted);
    const json::value planned = co_await acting.ask(std::move(plan));
    if (is_refusal(planned)) { co_return refused_reply(planned.get_object()); }
    co_return net::json_reply(200, to_text(planned));
  }
  RunAsked asked{.runbook = wanted.runbook,
                 .incident = {wanted.incident},
                 .params = wanted.params,
                 .who = call.who,
                 .via = call.via,
                 .key = request.key};
  Question objection = run_objection(wanted);
  Acted acted = co_await acting.act(std::move(asked), std::move(objection));
  if (acted.refused) { co_return *std::move(acted.refused); }
  if (!acted.run) {
    co_return error_reply(409, "conflict",
                          fmt::format("\"{}\" was held back; the incident's timeline, or the runs, "
                                      "say why",
                                      wanted.runbook));
  }
  const json::object out{{"run", acted.run.value}};
  co_return answered(acted, net::json_reply(202, to_text(out)));
}

Task<net::HttpReply> Routes::act_on_run(uint64_t id, EventBody asked, Question objection) {
  Acted acted = co_await acting.act(std::move(asked), std::move(objection));
  if (acted.refused) { co_return *std::move(acted.refused); }
  net::HttpReply reply = co_await view_reply("runbook", run_path(id), "the run is gone");
  co_return answered(acted, std::move(reply));
}

Task<net::HttpReply> Routes::run_cancel(Call call) {
  const auto read = read_request(call, true);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  const Request& request = std::get<Request>(read);
  const auto in_progress = [](std::string_view state) {
    return state == "running" || state == "waiting";
  };
  Question objection = unless_run(request.id, in_progress, "has ended");
  RunCancelAsked asked{.run = {request.id}, .who = call.who, .via = call.via, .key = request.key};
  net::HttpReply reply = co_await act_on_run(request.id, std::move(asked), std::move(objection));
  co_return reply;
}

Task<net::HttpReply> Routes::run_answer(Call call) {
  const auto read = read_request(call, true);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  const Request& request = std::get<Request>(read);
  std::string answer = get_string(request.body, "answer");
  // What a person says who is asked for a go-ahead.
  if (answer == "go") { answer = "again"; }
  if (answer != "done" && answer != "not_done" && answer != "again") {
    co_return error_reply(400, "invalid", "answer \"go\" (or \"again\"), \"done\" or \"not_done\"",
                          "answer");
  }
  Question objection = unless_asking(request.id, get_string(request.body, "step"));
  StepAnswered asked{.run = {request.id},
                     .step = get_string(request.body, "step"),
                     .answer = answer,
                     .who = call.who,
                     .via = call.via,
                     .key = request.key};
  net::HttpReply reply = co_await act_on_run(request.id, std::move(asked), std::move(objection));
  co_return reply;
}

Task<net::HttpReply> Routes::service_act(Call call) {
  const std::string name(call.param("name"));
  const std::string verb(call.param("verb"));
  if (verb != "start" && verb != "stop" && verb != "restart") {
    co_return error_reply(404, "not_found",
                          fmt::format("\"{}\" is not start, stop or restart", verb));
  }
  const auto read = read_request(call, false);
  if (const auto* wrong = std::get_if<net::HttpReply>(&read)) { co_return *wrong; }
  Question find = [name](const engine::Heart& heart, WallTime now) {
    return service_named(heart, name, now);
  };
  Question objection = [find, name](const engine::Heart& heart, WallTime now) -> json::value {
    const json::value service = find(heart, now);
    if (!service.is_object()) { return refusal(404, "not_found", no_service(heart, name, now)); }
    if (get_object(service.get_object(), "unit") != nullptr) { return nullptr; }
    return refusal(409, "conflict",
                   fmt::format("{} is not run by Vigie (it has no run: process)", name));
  };
  UnitAsked asked{.unit = name,
                  .verb = verb,
                  .who = call.who,
                  .via = call.via,
                  .key = std::get<Request>(read).key};
  Acted acted = co_await acting.act(std::move(asked), std::move(objection));
  if (acted.refused) { co_return *std::move(acted.refused); }
  const json::value after = co_await acting.ask(std::move(find));
  json::object out;
  if (after.is_object()) { out["unit"] = *after.get_object().if_contains("unit"); }
  co_return answered(acted, net::json_reply(202, to_text(out)));
}

}  // namespace vigie::api
