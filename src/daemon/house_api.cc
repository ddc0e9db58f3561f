#include <fmt/core.h>

#include "base/log.h"
#include "daemon/book.h"
#include "daemon/house.h"
#include "daemon/kinds.h"
#include "daemon/version.h"

namespace vigie::daemon {

namespace {

/// Writes Prometheus' text format 0.0.4, one family at a time.
class MetricsText {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", name, help, name, type);
  }
  void value(std::string_view name, double value, std::string_view labels = "") {
    out += labels.empty() ? fmt::format("{} {}\n", name, value)
                          : fmt::format("{}{{{}}} {}\n", name, labels, value);
  }
  void one(std::string_view name, std::string_view type, std::string_view help, double number) {
    family(name, type, help);
    value(name, number);
  }
  std::string out;
};

template <class T>
double number(T value) {
  return static_cast<double>(value);
}

void write_engine(MetricsText& text, const engine::Engine::Telemetry& t) {
  text.one("vigie_engine_inputs_total", "counter", "Events taken in.", number(t.inputs));
  text.one("vigie_engine_events_total", "counter", "Events with the facts that followed.",
           number(t.events));
  text.one("vigie_engine_effects_total", "counter", "Effects decided.", number(t.effects));
  text.one("vigie_engine_refused_total", "counter", "Inputs refused because too much waited.",
           number(t.refused));
  text.one("vigie_engine_effects_pending", "gauge", "Effects without an outcome.",
           number(t.pending));
  text.one("vigie_engine_undurable_events", "gauge", "Events not on disk yet.",
           number(t.undurable));
  text.one("vigie_engine_sequence", "gauge", "Newest event.", number(t.seq));
  text.one("vigie_journal_durable", "gauge", "1 while the journal takes writes.",
           t.durable ? 1 : 0);
}

void write_journal(MetricsText& text, const journal::Journal::Telemetry& t) {
  text.one("vigie_journal_commits_total", "counter", "Transactions.", number(t.commits));
  text.one("vigie_journal_failures_total", "counter", "Transactions refused.", number(t.failures));
  text.one("vigie_journal_seconds_total", "counter", "Time spent in transactions.", t.seconds);
}

void write_store(MetricsText& text, const tsdb::StoreStats& t) {
  text.one("vigie_store_series", "gauge", "Series held.", number(t.series));
  text.one("vigie_store_samples", "gauge", "Samples held.", number(t.samples));
  text.one("vigie_store_appended_total", "counter", "Samples taken.", number(t.appended));
  text.one("vigie_store_out_of_order_total", "counter", "Samples refused as too old.",
           number(t.out_of_order));
  text.one("vigie_store_disk_bytes", "gauge", "Bytes on disk.", number(t.bytes_on_disk));
}

void write_rules(MetricsText& text, const alerting::EvaluatorStats& t) {
  text.one("vigie_rule_passes_total", "counter", "Evaluation passes.", number(t.passes));
  text.one("vigie_rule_evaluations_total", "counter", "Rules evaluated.", number(t.evaluations));
  text.one("vigie_rule_failures_total", "counter", "Evaluations that failed.", number(t.failures));
}

void write_api(MetricsText& text, const api::Api::Telemetry& t) {
  text.one("vigie_http_connections", "gauge", "Open connections.", number(t.http.connections));
  text.one("vigie_http_requests_total", "counter", "Requests.", number(t.http.requests));
  text.one("vigie_http_refused_total", "counter", "Requests answered 503.", number(t.http.refused));
  text.one("vigie_http_cut_total", "counter", "Slow clients cut off.", number(t.http.cut));
  text.one("vigie_http_streams", "gauge", "Consoles that follow live.", number(t.streams));
  text.one("vigie_queries_total", "counter", "PromQL queries over HTTP.", number(t.queries));
  text.one("vigie_query_failures_total", "counter", "PromQL queries that failed.",
           number(t.query_failures));
}

void write_effects(MetricsText& text, const Performer::Telemetry& t) {
  text.one("vigie_effects_performed_total", "counter", "Effects performed.", number(t.performed));
  text.one("vigie_effects_failed_total", "counter", "Effects that failed.", number(t.failed));
  text.one("vigie_effects_running", "gauge", "Effects under way.", number(t.running));
}

}  // namespace

json::object House::live() const {
  json::object flows;
  for (const auto& [place, reading] : evaluator_->flows()) {
    const size_t slash = place.find('/');
    if (slash == std::string::npos || !reading.value) { continue; }
    json::value& chain = flows[place.substr(0, slash)];
    if (!chain.is_object()) { chain = json::object(); }
    chain.get_object()[place.substr(slash + 1)] = *reading.value;
  }
  json::object robots;
  for (const auto& [chain, at] : robots_seen_) { robots[chain] = rfc3339(at); }
  json::object out;
  out["flows"] = std::move(flows);
  out["robots"] = std::move(robots);
  out["fleets"] = collect_->fleets_json();
  return out;
}

std::string House::metrics() const {
  MetricsText text;
  text.family("vigie_build_info", "gauge", "The version.");
  text.value("vigie_build_info", 1, fmt::format("version=\"{}\"", kVersion));
  text.one("vigie_start_seconds", "gauge", "From the program's start to ready.", start_seconds_);
  text.one("vigie_book_refused", "gauge", "1 while the book on disk is refused.",
           book_problem_.empty() ? 0 : 1);
  text.one("vigie_bugs_total", "counter", "Things that looked wrong inside Vigie.",
           number(bugs_total()));
  write_engine(text, engine_->telemetry());
  write_journal(text, journal_->telemetry());
  write_store(text, store_->stats());
  write_rules(text, evaluator_->stats());
  write_api(text, api_->telemetry());
  write_effects(text, performer_->telemetry());
  text.one("vigie_samples_refused_total", "counter", "Collected samples the store did not take.",
           number(samples_refused_.load()));
  text.family("vigie_loop_lag_seconds", "gauge", "Newest wait from post to run.");
  text.family("vigie_loop_busy_seconds_total", "counter", "Time spent working.");
  for (const Loop* loop : {&core_, &journal_loop_, &store_loop_, &edge_}) {
    const Loop::Telemetry t = loop->telemetry();
    const std::string labels = fmt::format("loop=\"{}\"", loop->name());
    text.value("vigie_loop_lag_seconds", t.lag_seconds, labels);
    text.value("vigie_loop_busy_seconds_total", t.busy_seconds, labels);
  }
  collect_->append_metrics(text.out);
  return std::move(text.out);
}

api::Neighbours House::neighbours() {
  api::Neighbours out;
  out.targets = [this](std::string_view state, std::string_view pool) {
    return to_text(collect_->targets_json(state, pool));
  };
  out.rules = [this](const json::value& alerts) {
    return alerting::rules_json(*evaluator_, alerts);
  };
  out.live = [this] { return live(); };
  out.fleet = [this](std::string fleet, bool inactive, size_t limit) -> json::value {
    auto found = collect_->fleet_json(fleet, inactive, limit);
    return found ? json::value(*std::move(found)) : json::value(nullptr);
  };
  out.probes = [this] { return collect_->probes_json(); };
  out.heartbeat = [this](std::string_view fleet, std::string_view device) {
    return collect_->heartbeat(fleet, device, real_clock().wall());
  };
  out.logs = [this](std::string unit, size_t lines) -> Result<json::object> {
    VIGIE_TRY(const std::vector<std::string> found, units_->logs(unit, lines));
    json::array list;
    for (const std::string& line : found) { list.emplace_back(line); }
    return json::object{{"lines", std::move(list)}, {"path", units_->log_path(unit)}};
  };
  out.refusing = [this]() -> std::string {
    const std::lock_guard lock(store_mutex_);
    return store_trouble_;
  };
  out.metadata = [this](std::string_view metric, size_t limit) {
    return collect_->metadata_json(metric, limit);
  };
  out.kinds = [] { return describe_kinds(); };
  out.metrics = [this] { return metrics(); };
  out.book_problem = [this] { return book_problem_; };
  out.book = [this] { return describe_book(book_, url_); };
  out.ready = [this] { return ready_.load(); };
  return out;
}

}  // namespace vigie::daemon
