#pragma once

#include <atomic>
#include <span>

#include "api/acting.h"
#include "api/api.h"
#include "api/router.h"
#include "api/sessions.h"

namespace vigie::api {

/// Every handler. Lives on: edge. The table in routes.cc is the only list of paths.
class Routes {
 public:
  Routes(const ApiDeps& deps, Sessions& sessions)
      : acting(deps.edge, deps.engine), deps_(deps), sessions_(sessions) {}

  static std::span<const Route> table();

  // Sign-in (routes_session.cc).
  Task<net::HttpReply> session_show(Call call);
  Task<net::HttpReply> session_open(Call call);
  Task<net::HttpReply> session_close(Call call);
  Task<net::HttpReply> link_make(Call call);

  // What people read (routes_console.cc).
  Task<net::HttpReply> now_show(Call call);
  Task<net::HttpReply> incidents_list(Call call);
  Task<net::HttpReply> incident_show(Call call);
  Task<net::HttpReply> alerts_list(Call call);
  Task<net::HttpReply> runbooks_list(Call call);
  Task<net::HttpReply> runbook_show(Call call);
  Task<net::HttpReply> runs_list(Call call);
  Task<net::HttpReply> run_show(Call call);
  Task<net::HttpReply> services_list(Call call);
  Task<net::HttpReply> service_show(Call call);
  Task<net::HttpReply> service_logs(Call call);
  Task<net::HttpReply> chains_list(Call call);
  Task<net::HttpReply> chain_show(Call call);
  Task<net::HttpReply> fleets_list(Call call);
  Task<net::HttpReply> fleet_show(Call call);
  Task<net::HttpReply> who_show(Call call);
  Task<net::HttpReply> pages_list(Call call);
  Task<net::HttpReply> page_why(Call call);
  Task<net::HttpReply> kinds_list(Call call);
  Task<net::HttpReply> metric_names(Call call);

  // What people do (routes_acts.cc).
  Task<net::HttpReply> incident_declare(Call call);
  Task<net::HttpReply> incident_act(Call call);
  Task<net::HttpReply> runbook_run(Call call);
  Task<net::HttpReply> run_cancel(Call call);
  Task<net::HttpReply> run_answer(Call call);
  Task<net::HttpReply> service_act(Call call);

  // Prometheus' HTTP API (routes_prometheus.cc).
  Task<net::HttpReply> query_instant(Call call);
  Task<net::HttpReply> query_range(Call call);
  Task<net::HttpReply> series_list(Call call);
  Task<net::HttpReply> label_names(Call call);
  Task<net::HttpReply> label_values(Call call);
  Task<net::HttpReply> targets_list(Call call);
  Task<net::HttpReply> rules_list(Call call);
  Task<net::HttpReply> prometheus_alerts(Call call);
  Task<net::HttpReply> metadata_list(Call call);
  Task<net::HttpReply> build_info(Call call);
  Task<net::HttpReply> format_query(Call call);
  Task<net::HttpReply> remote_write(Call call);

  // The house itself and what comes in (routes_house.cc).
  Task<net::HttpReply> metrics(Call call);
  Task<net::HttpReply> healthy(Call call);
  Task<net::HttpReply> ready(Call call);
  Task<net::HttpReply> reload(Call call);
  Task<net::HttpReply> quit(Call call);
  Task<net::HttpReply> heartbeat(Call call);
  Task<net::HttpReply> probes_list(Call call);
  Task<net::HttpReply> console(Call call);
  /// Where Prometheus' own pages were; generatorURL of alerts leads to /graph.
  Task<net::HttpReply> prometheus_page(Call call);

  /// Now, with what is measured live; for the stream as well.
  Task<json::object> now_whole();

  Acting acting;
  std::atomic<uint64_t> queries{0}, query_failures{0}, written{0}, refused{0};

 private:
  Task<json::value> ask(Question question);
  /// {"key": list} of what `question` answers.
  Task<net::HttpReply> list_of(std::string key, Question question);
  /// What `question` answers, or 404 with `missing` when that is null.
  Task<net::HttpReply> one_of(Question question, std::string missing);
  Task<net::HttpReply> view_reply(std::string room, std::string path, std::string missing);
  Task<net::HttpReply> act_on_run(uint64_t id, EventBody asked, Question objection);
  Task<net::HttpReply> incident_reply(std::string id, int status);
  Task<json::array> chains();
  /// Asks the store in the pool, since its answer can be large; Prometheus' envelope.
  Task<net::HttpReply> from_store(std::function<std::string()> work);
  Task<net::HttpReply> run_query(std::function<Result<promql::QueryResult>()> query);
  /// "", or why nothing that comes in can be kept.
  std::string refusing() const;

  const ApiDeps& deps_;
  Sessions& sessions_;
};

/// The body as a JSON object ({} when empty), or a 400 naming what is wrong.
Result<json::object> body_object(const net::HttpRequest& request);
/// Query parameters, and those of a form body after them.
std::vector<std::pair<std::string, std::string>> parameters_of(const net::HttpRequest& request);
/// RFC 3339 or Unix seconds with fraction.
Result<WallTime> parse_time(std::string_view text);
/// Whole number in [low, high]; the fallback when empty.
Result<uint64_t> parse_count(std::string_view text, uint64_t fallback, uint64_t high);

}  // namespace vigie::api
