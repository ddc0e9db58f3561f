#include "daemon/offline.h"

#include <fmt/core.h>

#include <filesystem>
#include <map>

#include "api/names.h"
#include "api/now.h"
#include "daemon/book.h"
#include "daemon/deciders.h"
#include "engine/replay.h"
#include "journal/journal.h"
#include "net/net.h"
#include "supervise/unit_log.h"

namespace vigie::daemon {

namespace {

constexpr size_t kLinesDefault = 200;

/// What is left of a daemon that does not run.
struct Remains {
  const engine::Heart& heart;
  const config::Book& book;
  const std::string& data;
  std::string_view path;  ///< Below /api/vigie/.
  std::map<std::string, std::string, std::less<>> query;
  /// Of the newest event: what Vigie knows, it knew then, and it did nothing since.
  WallTime known_at;

  std::string asked(std::string_view name) const {
    const auto found = query.find(name);
    return found == query.end() ? "" : found->second;
  }
  json::value view(std::string_view room, std::string_view what) const {
    return api::view_of(heart, room, what, known_at);
  }
};

json::value listed(std::string_view key, json::value list) {
  json::object out;
  out[key] = list.is_array() ? std::move(list) : json::value(json::array());
  return out;
}

/// Nothing is promised any more: a countdown would be one.
void promise_nothing(json::value& incident) {
  json::object* object = incident.if_object();
  if (object == nullptr || get_string(*object, "state") == "resolved") { return; }
  (*object)["next"] = json::object{{"at", nullptr}, {"what", "nothing: Vigie is not running"}};
}

json::array incidents(const Remains& from, bool open_only) {
  json::array out = api::incident_list(from.heart, open_only, 1'000, 0, from.known_at);
  for (json::value& incident : out) { promise_nothing(incident); }
  return out;
}

/// The rota goes on without Vigie, so it is read at the present time: that is whom to call.
Result<json::value> duties(const Remains& from) {
  const std::string at = from.asked("at");
  WallTime then = real_clock().wall();
  if (!at.empty()) { VIGIE_TRY(then, parse_rfc3339(at)); }
  VIGIE_TRY(json::array rows, api::duty_list(from.heart, from.asked("team"), then));
  return listed("oncall", std::move(rows));
}

Result<json::value> now_document(const Remains& from) {
  json::object out = api::now_document(from.heart, from.known_at);
  out["incidents"] = incidents(from, true);
  VIGIE_TRY(json::value on_call, duties(from));
  out["oncall"] = std::move(on_call.get_object()["oncall"]);
  out["fleets"] = json::array();
  out["book"] = describe_book(from.book, "");
  out["mood"] = "bad";
  out["sentence"] = "Vigie is not running: nobody is watching and nobody will be paged.";
  return json::value(std::move(out));
}

/// One of a list that has names.
Result<json::value> named(const json::value& list, std::string_view what, std::string_view name) {
  static const json::array none;
  const json::array& all = list.is_array() ? list.get_array() : none;
  for (const json::value& item : all) {
    if (get_string(item.get_object(), "name") == name) { return item; }
  }
  return error(Code::not_found, api::no_such(what, name, api::names_in(all, "name")));
}

/// One of a room's numbered things: "incident 99".
Result<json::value> numbered(json::value found, std::string_view what, std::string_view id) {
  if (found.is_object()) { return found; }
  return error(Code::not_found, fmt::format("there is no {} {}", what, id));
}

/// Logs are plain files; what a unit wrote stays readable whoever runs.
Result<json::value> logs(const Remains& from, const std::string& service) {
  const json::value services = api::service_list(from.heart, from.known_at);
  VIGIE_CHECK(named(services, "service", service));
  uint64_t lines = kLinesDefault;
  const std::string wanted = from.asked("lines");
  if (!wanted.empty()) { lines = std::strtoull(wanted.c_str(), nullptr, 10); }
  VIGIE_TRY(const auto found, supervise::read_log(from.data, service, lines));
  json::array list;
  for (const std::string& line : found) { list.emplace_back(line); }
  json::object out;
  out["lines"] = std::move(list);
  out["path"] = supervise::log_path(from.data, service);
  return json::value(std::move(out));
}

Result<json::value> list_of(const Remains& from) {
  if (from.path == "now") { return now_document(from); }
  if (from.path == "who") { return duties(from); }
  if (from.path == "incidents") {
    return listed("incidents", incidents(from, from.asked("state") == "open"));
  }
  if (from.path == "alerts") {
    return listed("alerts", api::alert_list(from.heart, from.known_at));
  }
  if (from.path == "services") {
    return listed("services", api::service_list(from.heart, from.known_at));
  }
  if (from.path == "chains") { return listed("chains", from.view("topology", "chains")); }
  if (from.path == "runs" || from.path == "runbooks") {
    return listed(from.path, from.view("runbook", from.path));
  }
  return error(Code::unavailable, "only the running daemon knows that");
}

Result<json::value> answer(const Remains& from) {
  const size_t slash = from.path.find('/');
  const std::string_view what = from.path.substr(0, slash);
  if (what == "fleets") {
    return error(Code::unavailable, "which devices are silent is known only to the running daemon");
  }
  if (slash == std::string_view::npos) { return list_of(from); }
  const std::string id = net::url_decode(from.path.substr(slash + 1));
  if (what == "incidents") {
    VIGIE_TRY(json::value found,
              numbered(api::incident_document(from.heart, id, from.known_at), "incident", id));
    promise_nothing(found);
    return found;
  }
  if (what == "runs") { return numbered(from.view("runbook", "runs/" + id), "run", id); }
  if (what == "why") {
    return numbered(api::page_document(from.heart, id, from.known_at), "page", id);
  }
  if (what == "chains") { return named(from.view("topology", "chains"), "chain", id); }
  if (what == "services" && id.ends_with("/logs")) {
    return logs(from, id.substr(0, id.size() - 5));
  }
  if (what == "runbooks") {
    json::value found = from.view("runbook", "runbooks/" + id);
    if (found.is_object()) { return found; }
    return error(Code::not_found, api::no_runbook(from.heart, id, from.known_at));
  }
  return error(Code::unavailable, "only the running daemon knows that");
}

}  // namespace

Result<json::value> answer_offline(const std::string& book_dir, std::string_view path) {
  constexpr std::string_view kPrefix = "/api/vigie/";
  if (!path.starts_with(kPrefix)) {
    return error(Code::unavailable, "metrics are answered by the running daemon only");
  }
  path.remove_prefix(kPrefix.size());
  const size_t mark = std::min(path.find('?'), path.size());
  const std::string_view query = mark < path.size() ? path.substr(mark + 1) : "";

  config::Problems problems;
  const config::Book book =
      config::load_book(book_dir, config::Environment::of_process(), problems);
  const std::string data = data_dir_of(book);
  if (!std::filesystem::exists(data + "/journal.db")) {
    return error(Code::unavailable, fmt::format("{} has no journal", data));
  }
  Loop loop("offline", real_clock());
  VIGIE_TRY(const auto journal, journal::Journal::open(loop, data));
  engine::Heart heart(make_deciders());
  VIGIE_CHECK(engine::replay(journal->backend(), heart).context("the journal"));
  Remains from{.heart = heart,
               .book = book,
               .data = data,
               .path = path.substr(0, mark),
               .query = {},
               .known_at = heart.newest_at()};
  for (auto& [name, value] : net::parse_query(query)) { from.query.emplace(name, value); }
  VIGIE_TRY(json::value found, answer(from));
  json::object& out = found.get_object();
  out["offline"] = true;
  out["last_known_at"] = rfc3339(heart.newest_at());
  return found;
}

}  // namespace vigie::daemon
