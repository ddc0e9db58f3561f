#include "api/routes.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "api/now.h"

namespace vigie::api {

std::span<const Route> Routes::table() {
  using enum Access;
  static constexpr Route kRoutes[] = {
      {"GET", "/api/vigie/session", open, &Routes::session_show},
      {"POST", "/api/vigie/session", open, &Routes::session_open},
      {"DELETE", "/api/vigie/session", signed_in, &Routes::session_close},
      {"POST", "/api/vigie/link", local, &Routes::link_make},
      {"GET", "/api/vigie/now", signed_in, &Routes::now_show},
      {"GET", "/api/vigie/incidents", signed_in, &Routes::incidents_list},
      {"POST", "/api/vigie/incidents", signed_in, &Routes::incident_declare},
      {"GET", "/api/vigie/incidents/{id}", signed_in, &Routes::incident_show},
      {"POST", "/api/vigie/incidents/{id}/{act}", signed_in, &Routes::incident_act},
      {"GET", "/api/vigie/alerts", signed_in, &Routes::alerts_list},
      {"GET", "/api/vigie/runbooks", signed_in, &Routes::runbooks_list},
      {"GET", "/api/vigie/runbooks/{id}", signed_in, &Routes::runbook_show},
      {"POST", "/api/vigie/runbooks/{id}/run", signed_in, &Routes::runbook_run},
      {"GET", "/api/vigie/runs", signed_in, &Routes::runs_list},
      {"GET", "/api/vigie/runs/{id}", signed_in, &Routes::run_show},
      {"POST", "/api/vigie/runs/{id}/cancel", signed_in, &Routes::run_cancel},
      {"POST", "/api/vigie/runs/{id}/answer", signed_in, &Routes::run_answer},
      {"GET", "/api/vigie/services", signed_in, &Routes::services_list},
      {"GET", "/api/vigie/services/{name}", signed_in, &Routes::service_show},
      {"GET", "/api/vigie/services/{name}/logs", signed_in, &Routes::service_logs},
      {"POST", "/api/vigie/services/{name}/{verb}", signed_in, &Routes::service_act},
      {"GET", "/api/vigie/chains", signed_in, &Routes::chains_list},
      {"GET", "/api/vigie/chains/{name}", signed_in, &Routes::chain_show},
      {"GET", "/api/vigie/fleets", signed_in, &Routes::fleets_list},
      {"GET", "/api/vigie/fleets/{name}", signed_in, &Routes::fleet_show},
      {"GET", "/api/vigie/probes", signed_in, &Routes::probes_list},
      {"GET", "/api/vigie/who", signed_in, &Routes::who_show},
      {"GET", "/api/vigie/pages", signed_in, &Routes::pages_list},
      {"GET", "/api/vigie/why/{page}", signed_in, &Routes::page_why},
      {"GET", "/api/vigie/kinds", signed_in, &Routes::kinds_list},
      {"GET", "/api/vigie/metrics/names", signed_in, &Routes::metric_names},
      {"GET", "/api/v1/query", open, &Routes::query_instant},
      {"POST", "/api/v1/query", open, &Routes::query_instant},
      {"GET", "/api/v1/query_range", open, &Routes::query_range},
      {"POST", "/api/v1/query_range", open, &Routes::query_range},
      {"GET", "/api/v1/series", open, &Routes::series_list},
      {"POST", "/api/v1/series", open, &Routes::series_list},
      {"GET", "/api/v1/labels", open, &Routes::label_names},
      {"POST", "/api/v1/labels", open, &Routes::label_names},
      {"GET", "/api/v1/label/{name}/values", open, &Routes::label_values},
      {"GET", "/api/v1/targets", open, &Routes::targets_list},
      {"GET", "/api/v1/rules", open, &Routes::rules_list},
      {"GET", "/api/v1/alerts", open, &Routes::prometheus_alerts},
      {"GET", "/api/v1/metadata", open, &Routes::metadata_list},
      {"GET", "/api/v1/status/buildinfo", open, &Routes::build_info},
      {"GET", "/api/v1/format_query", open, &Routes::format_query},
      {"POST", "/api/v1/format_query", open, &Routes::format_query},
      {"POST", "/api/v1/write", open, &Routes::remote_write},
      {"GET", "/metrics", open, &Routes::metrics},
      {"GET", "/-/healthy", open, &Routes::healthy},
      {"GET", "/-/ready", open, &Routes::ready},
      {"POST", "/-/reload", signed_in, &Routes::reload},
      {"PUT", "/-/reload", signed_in, &Routes::reload},
      {"POST", "/-/quit", local, &Routes::quit},
      {"POST", "/hooks/heartbeat/{fleet}/{device}", open, &Routes::heartbeat},
      {"PUT", "/hooks/heartbeat/{fleet}/{device}", open, &Routes::heartbeat},
      // Devices that only know GET: the one path where a GET is news, never a person's act.
      {"GET", "/hooks/heartbeat/{fleet}/{device}", open, &Routes::heartbeat},
      {"GET", "/graph", open, &Routes::prometheus_page},
      {"GET", "/alerts", open, &Routes::prometheus_page},
      {"GET", "/rules", open, &Routes::prometheus_page},
      {"GET", "/targets", open, &Routes::prometheus_page},
      {"GET", "/", open, &Routes::console},
      {"GET", "/{rest...}", open, &Routes::console},
  };
  return kRoutes;
}

Task<json::value> Routes::ask(Question question) {
  json::value answer = co_await acting.ask(std::move(question));
  co_return answer;
}

Task<net::HttpReply> Routes::list_of(std::string key, Question question) {
  json::value list = co_await ask(std::move(question));
  json::object out;
  out[key] = list.is_array() ? std::move(list) : json::value(json::array());
  co_return net::json_reply(200, to_text(out));
}

Task<net::HttpReply> Routes::one_of(Question question, std::string missing) {
  const json::value found = co_await ask(std::move(question));
  if (found.is_null()) { co_return error_reply(404, "not_found", missing); }
  co_return net::json_reply(200, to_text(found));
}

Task<net::HttpReply> Routes::view_reply(std::string room, std::string path, std::string missing) {
  Question question = [room, path](const engine::Heart& heart, WallTime now) {
    return view_of(heart, room, path, now);
  };
  net::HttpReply reply = co_await one_of(std::move(question), std::move(missing));
  co_return reply;
}

std::string Routes::refusing() const {
  return acting.trouble().empty() ? deps_.neighbours.refusing()
                                  : "the journal cannot be written: " + acting.trouble();
}

Result<json::object> body_object(const net::HttpRequest& request) {
  if (request.body.empty()) { return json::object(); }
  VIGIE_TRY(json::value parsed, parse_json(request.body));
  if (!parsed.is_object()) { return error(Code::invalid, "the body must be a JSON object"); }
  return std::move(parsed.get_object());
}

std::vector<std::pair<std::string, std::string>> parameters_of(const net::HttpRequest& request) {
  auto out = request.query;
  if (request.headers.get("content-type").starts_with("application/x-www-form-urlencoded")) {
    for (auto& pair : net::parse_query(request.body)) { out.push_back(std::move(pair)); }
  }
  return out;
}

Result<WallTime> parse_time(std::string_view text) {
  double seconds = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (failure == std::errc{} && end == text.data() + text.size()) {
    if (!std::isfinite(seconds) || std::abs(seconds) > 1e13) {
      return error(Code::invalid, fmt::format("\"{}\" is beyond the times we know", text));
    }
    return wall_from_millis(std::llround(seconds * 1000));
  }
  return parse_rfc3339(text);
}

Result<uint64_t> parse_count(std::string_view text, uint64_t fallback, uint64_t high) {
  if (text.empty()) { return fallback; }
  uint64_t count = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (failure != std::errc{} || end != text.data() + text.size() || count > high) {
    return error(Code::invalid, fmt::format("\"{}\" is not a number from 0 to {}", text, high));
  }
  return count;
}

}  // namespace vigie::api
