#include "daemon/offline.h"

#include <fmt/core.h>

#include <filesystem>

#include "api/now.h"
#include "daemon/book.h"
#include "daemon/deciders.h"
#include "engine/replay.h"
#include "journal/journal.h"
#include "net/net.h"

namespace vigie::daemon {

namespace {

json::value listed(std::string_view key, json::value list) {
  json::object out;
  out[key] = list.is_array() ? std::move(list) : json::value(json::array());
  return out;
}

json::value now_offline(const engine::Heart& heart, const config::Book& book, WallTime now) {
  json::object document = api::now_document(heart, now);
  document["fleets"] = json::array();
  document["book"] = describe_book(book, "");
  return document;
}

/// nullopt: only the running daemon knows.
std::optional<json::value> answer(const engine::Heart& heart, const config::Book& book,
                                  std::string_view path, std::string_view query, WallTime now) {
  if (path == "now") { return now_offline(heart, book, now); }
  if (path == "incidents") {
    return listed("incidents", api::incident_list(heart, query == "state=open", 1'000, 0, now));
  }
  if (path.starts_with("incidents/")) {
    return api::incident_document(heart, path.substr(10), now);
  }
  if (path == "alerts") { return listed("alerts", api::alert_list(heart, now)); }
  if (path == "services") { return listed("services", api::service_list(heart, now)); }
  if (path == "chains") { return listed("chains", api::view_of(heart, "topology", "chains", now)); }
  if (path == "runs" || path == "runbooks") {
    return listed(path, api::view_of(heart, "runbook", path, now));
  }
  if (path.starts_with("runs/") || path.starts_with("runbooks/")) {
    return api::view_of(heart, "runbook", path, now);
  }
  if (path == "who") {
    const std::string at = query.find("at=") == std::string_view::npos
                               ? fmt::format("who?{}&at={}", query, to_millis(now))
                               : fmt::format("who?{}", query);
    return listed("oncall", api::view_of(heart, "oncall", at, now));
  }
  if (path.starts_with("why/")) { return api::view_of(heart, "oncall", path, now); }
  return std::nullopt;
}

}  // namespace

Result<json::value> answer_offline(const std::string& book_dir, std::string_view path) {
  constexpr std::string_view kPrefix = "/api/vigie/";
  if (!path.starts_with(kPrefix)) {
    return error(Code::not_found, "metrics are answered by the running daemon only");
  }
  path.remove_prefix(kPrefix.size());
  const size_t mark = std::min(path.find('?'), path.size());
  const std::string_view query = mark < path.size() ? path.substr(mark + 1) : "";
  path = path.substr(0, mark);

  config::Problems problems;
  const config::Book book =
      config::load_book(book_dir, config::Environment::of_process(), problems);
  const std::string data = data_dir_of(book);
  if (!std::filesystem::exists(data + "/journal.db")) {
    return error(Code::not_found, fmt::format("{} has no journal", data));
  }
  Loop loop("offline", real_clock());
  VIGIE_TRY(const auto journal, journal::Journal::open(loop, data));
  engine::Heart heart(make_deciders());
  VIGIE_CHECK(engine::replay(journal->backend(), heart).context("the journal"));
  std::optional<json::value> found = answer(heart, book, path, query, real_clock().wall());
  if (!found) { return error(Code::not_found, fmt::format("{} needs the running daemon", path)); }
  if (found->is_null()) { return error(Code::not_found, fmt::format("there is no {}", path)); }
  return *std::move(found);
}

}  // namespace vigie::daemon
