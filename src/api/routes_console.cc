#include <fmt/core.h>

#include "api/names.h"
#include "api/now.h"
#include "api/routes.h"

namespace vigie::api {

namespace {

constexpr uint64_t kListDefault = 100;
constexpr uint64_t kListMax = 1'000;

struct ListWindow {
  uint64_t limit = kListDefault;
  uint64_t before = 0;
};

Result<ListWindow> window_of(const net::HttpRequest& request) {
  ListWindow out;
  VIGIE_TRY(out.limit, parse_count(request.param("limit"), kListDefault, kListMax));
  VIGIE_TRY(out.before, parse_count(request.param("before"), 0, UINT64_MAX));
  return out;
}

/// Newest first, as the rooms give them.
json::array page_of(json::value all, ListWindow window) {
  json::array out;
  if (!all.is_array()) { return out; }
  for (json::value& item : all.get_array()) {
    const uint64_t id =
        item.is_object() ? static_cast<uint64_t>(get_int(item.get_object(), "id")) : 0;
    if (window.before != 0 && id >= window.before) { continue; }
    if (out.size() >= window.limit) { break; }
    out.push_back(std::move(item));
  }
  return out;
}

net::HttpReply list_reply(std::string_view key, json::array items) {
  json::object out;
  out[key] = std::move(items);
  return net::json_reply(200, to_text(out));
}

/// A window of a room's list, newest first.
Question window_on(std::string_view room, std::string_view path, ListWindow window) {
  return [room, path, window](const engine::Heart& heart, WallTime now) -> json::value {
    return page_of(view_of(heart, room, path, now), window);
  };
}

/// Rounds that bring no news are not journaled, so only the daemon knows when the newest was.
void add_robot_time(json::object& chain, const json::object& live) {
  const json::object* robots = get_object(live, "robots");
  const json::value* seen =
      robots == nullptr ? nullptr : robots->if_contains(get_string(chain, "name"));
  json::value* robot = chain.if_contains("robot");
  if (seen != nullptr && robot != nullptr && robot->is_object()) {
    robot->get_object()["last_at"] = *seen;
  }
}

/// Puts what is measured live onto a chain and its stages.
void add_flows(json::object& chain, const json::object& live) {
  add_robot_time(chain, live);
  const json::object* flows = get_object(live, "flows");
  const json::object* mine =
      flows == nullptr ? nullptr : get_object(*flows, get_string(chain, "name"));
  json::value* stages = chain.if_contains("stages");
  if (mine == nullptr || stages == nullptr || !stages->is_array()) { return; }
  for (json::value& item : stages->get_array()) {
    json::object* stage = item.if_object();
    if (stage == nullptr) { continue; }
    if (const json::value* flow = mine->if_contains(get_string(*stage, "name"))) {
      (*stage)["flow"] = *flow;
    }
  }
}

void add_flows(json::array& chains, const json::object& live) {
  for (json::value& chain : chains) {
    if (chain.is_object()) { add_flows(chain.get_object(), live); }
  }
}

}  // namespace

Task<json::object> Routes::now_whole() {
  Question question = [](const engine::Heart& heart, WallTime now) -> json::value {
    return now_document(heart, now);
  };
  json::value answer = co_await ask(std::move(question));
  json::object out = std::move(answer.get_object());
  const json::object live = deps_.neighbours.live();
  add_flows(out["chains"].get_array(), live);
  const json::array* fleets = get_array(live, "fleets");
  out["fleets"] = fleets == nullptr ? json::array() : *fleets;
  json::object book = deps_.neighbours.book();
  book.erase("people");
  const std::string problem = deps_.neighbours.book_problem();
  book["problem"] = problem.empty() ? json::value(nullptr) : json::value(problem);
  out["book"] = std::move(book);
  out["version"] = deps_.version;
  const std::string trouble = refusing();
  out["trouble"] = trouble.empty() ? json::value(nullptr) : json::value(trouble);
  co_return out;
}

Task<net::HttpReply> Routes::now_show(Call) {
  const json::object document = co_await now_whole();
  co_return net::json_reply(200, to_text(document));
}

Task<net::HttpReply> Routes::incidents_list(Call call) {
  const auto window = window_of(call.request);
  if (!window) { co_return error_reply(window.error(), "limit"); }
  const std::string_view state = call.request.param("state");
  if (!state.empty() && state != "open" && state != "all") {
    co_return error_reply(400, "invalid", "state is \"open\" or \"all\"", "state");
  }
  const bool open_only = state == "open";
  Question question = [open_only, w = *window](const engine::Heart& heart,
                                               WallTime now) -> json::value {
    return incident_list(heart, open_only, w.limit, w.before, now);
  };
  net::HttpReply reply = co_await list_of("incidents", std::move(question));
  co_return reply;
}

Task<net::HttpReply> Routes::incident_reply(std::string id, int status) {
  Question question = [id](const engine::Heart& heart, WallTime now) {
    return incident_document(heart, id, now);
  };
  net::HttpReply reply =
      co_await one_of(std::move(question), fmt::format("there is no incident {}", id));
  if (reply.status == 200) { reply.status = status; }
  co_return reply;
}

Task<net::HttpReply> Routes::incident_show(Call call) {
  net::HttpReply reply = co_await incident_reply(std::string(call.param("id")), 200);
  co_return reply;
}

Task<net::HttpReply> Routes::alerts_list(Call) {
  Question question = [](const engine::Heart& heart, WallTime now) -> json::value {
    return alert_list(heart, now);
  };
  net::HttpReply reply = co_await list_of("alerts", std::move(question));
  co_return reply;
}

Task<net::HttpReply> Routes::runbooks_list(Call) {
  Question question = [](const engine::Heart& heart, WallTime now) {
    return view_of(heart, "runbook", "runbooks", now);
  };
  net::HttpReply reply = co_await list_of("runbooks", std::move(question));
  co_return reply;
}

Task<net::HttpReply> Routes::runbook_show(Call call) {
  const std::string id(call.param("id"));
  Question question = [id](const engine::Heart& heart, WallTime now) -> json::value {
    json::value found = view_of(heart, "runbook", "runbooks/" + id, now);
    if (found.is_object()) { return found; }
    return refusal(404, "not_found", no_runbook(heart, id, now));
  };
  const json::value found = co_await ask(std::move(question));
  if (is_refusal(found)) { co_return refused_reply(found.get_object()); }
  co_return net::json_reply(200, to_text(found));
}

Task<net::HttpReply> Routes::runs_list(Call call) {
  const auto window = window_of(call.request);
  if (!window) { co_return error_reply(window.error(), "limit"); }
  net::HttpReply reply = co_await list_of("runs", window_on("runbook", "runs", *window));
  co_return reply;
}

Task<net::HttpReply> Routes::run_show(Call call) {
  const std::string id(call.param("id"));
  net::HttpReply reply = co_await view_reply("runbook", fmt::format("runs/{}", id),
                                             fmt::format("there is no run {}", id));
  co_return reply;
}

Task<net::HttpReply> Routes::services_list(Call) {
  Question question = [](const engine::Heart& heart, WallTime now) -> json::value {
    return service_list(heart, now);
  };
  net::HttpReply reply = co_await list_of("services", std::move(question));
  co_return reply;
}

Task<net::HttpReply> Routes::service_show(Call call) {
  const std::string name(call.param("name"));
  Question question = [name](const engine::Heart& heart, WallTime now) {
    return service_named(heart, name, now);
  };
  net::HttpReply reply =
      co_await one_of(std::move(question), fmt::format("there is no service \"{}\"", name));
  co_return reply;
}

Task<net::HttpReply> Routes::service_logs(Call call) {
  const auto lines = parse_count(call.request.param("lines"), 200, 10'000);
  if (!lines) { co_return error_reply(lines.error(), "lines"); }
  const std::string name(call.param("name"));
  Question question = [name](const engine::Heart& heart, WallTime now) -> json::value {
    if (service_named(heart, name, now).is_object()) { return nullptr; }
    return refusal(404, "not_found", no_service(heart, name, now));
  };
  const json::value no = co_await ask(std::move(question));
  if (no.is_object()) { co_return refused_reply(no.get_object()); }
  const auto logs = deps_.neighbours.logs(name, *lines);
  if (!logs) { co_return error_reply(logs.error()); }
  co_return net::json_reply(200, to_text(*logs));
}

Task<json::array> Routes::chains() {
  Question question = [](const engine::Heart& heart, WallTime now) {
    return view_of(heart, "topology", "chains", now);
  };
  json::value list = co_await ask(std::move(question));
  json::array chains = list.is_array() ? std::move(list.get_array()) : json::array();
  add_flows(chains, deps_.neighbours.live());
  co_return chains;
}

Task<net::HttpReply> Routes::chains_list(Call) {
  json::array all = co_await chains();
  co_return list_reply("chains", std::move(all));
}

Task<net::HttpReply> Routes::chain_show(Call call) {
  const std::string_view name = call.param("name");
  const json::array all = co_await chains();
  for (const json::value& chain : all) {
    if (get_string(chain.get_object(), "name") != name) { continue; }
    co_return net::json_reply(200, to_text(chain));
  }
  co_return error_reply(404, "not_found", no_such("chain", name, names_in(all, "name")));
}

Task<net::HttpReply> Routes::fleets_list(Call) {
  const json::object live = deps_.neighbours.live();
  const json::array* fleets = get_array(live, "fleets");
  co_return list_reply("fleets", fleets == nullptr ? json::array() : *fleets);
}

Task<net::HttpReply> Routes::fleet_show(Call call) {
  const auto limit = parse_count(call.request.param("limit"), kListDefault, kListMax);
  if (!limit) { co_return error_reply(limit.error(), "limit"); }
  const std::string name(call.param("name"));
  const bool inactive = call.request.param("inactive") == "true";
  const json::value fleet = deps_.neighbours.fleet(name, inactive, *limit);
  if (fleet.is_null()) {
    const json::object live = deps_.neighbours.live();
    const json::array* fleets = get_array(live, "fleets");
    const auto known = fleets == nullptr ? std::vector<std::string>() : names_in(*fleets, "name");
    co_return error_reply(404, "not_found", no_such("fleet", name, known));
  }
  co_return net::json_reply(200, to_text(fleet));
}

Task<net::HttpReply> Routes::who_show(Call call) {
  WallTime at = deps_.clock.wall();
  if (!call.request.param("at").empty()) {
    const auto parsed = parse_time(call.request.param("at"));
    if (!parsed) { co_return error_reply(parsed.error(), "at"); }
    at = *parsed;
  }
  const std::string team(call.request.param("team"));
  Question question = [team, at](const engine::Heart& heart, WallTime) -> json::value {
    auto found = duty_list(heart, team, at);
    if (!found) { return refusal(404, "not_found", found.error().what, "team"); }
    return *std::move(found);
  };
  json::value duties = co_await ask(std::move(question));
  if (const json::object* no = duties.if_object()) { co_return refused_reply(*no); }
  co_return list_reply("oncall", std::move(duties.get_array()));
}

Task<net::HttpReply> Routes::pages_list(Call call) {
  const auto window = window_of(call.request);
  if (!window) { co_return error_reply(window.error(), "limit"); }
  net::HttpReply reply = co_await list_of("pages", window_on("oncall", "pages", *window));
  co_return reply;
}

Task<net::HttpReply> Routes::page_why(Call call) {
  const std::string id(call.param("page"));
  Question question = [id](const engine::Heart& heart, WallTime now) {
    return page_document(heart, id, now);
  };
  net::HttpReply reply =
      co_await one_of(std::move(question), fmt::format("there is no page {}", id));
  co_return reply;
}

Task<net::HttpReply> Routes::kinds_list(Call) {
  co_return net::json_reply(200, to_text(deps_.neighbours.kinds()));
}

Task<net::HttpReply> Routes::metric_names(Call call) {
  const std::string match(call.request.param("match"));
  const WallTime now = deps_.clock.wall();
  const auto names = deps_.store.label_values(std::string(kMetricName), {}, now - 1h, now);
  json::array out;
  for (const std::string& name : names) {
    if (out.size() >= kListMax) { break; }
    if (name.find(match) != std::string::npos) { out.emplace_back(name); }
  }
  co_return list_reply("names", std::move(out));
}

}  // namespace vigie::api
