#include <fmt/core.h>

#include "api/now.h"
#include "api/remote_write.h"
#include "api/routes.h"
#include "api/rule_filter.h"
#include "promql/result_json.h"

namespace vigie::api {

namespace {

using Parameters = std::vector<std::pair<std::string, std::string>>;

std::string_view first_of(const Parameters& parameters, std::string_view name) {
  for (const auto& [key, value] : parameters) {
    if (key == name) { return value; }
  }
  return {};
}

Error in_parameter(Error failure, std::string_view name) {
  return std::move(failure).context(fmt::format("invalid parameter \"{}\"", name));
}

Result<WallTime> time_parameter(const Parameters& parameters, std::string_view name,
                                std::optional<WallTime> fallback) {
  const std::string_view text = first_of(parameters, name);
  if (text.empty()) {
    if (fallback) { return *fallback; }
    return in_parameter(error(Code::invalid, "it is missing"), name);
  }
  auto parsed = parse_time(text);
  if (!parsed) { return in_parameter(std::move(parsed).error(), name); }
  return *parsed;
}

/// Seconds as a number, or a duration such as 5m.
Result<Millis> length_parameter(const Parameters& parameters, std::string_view name) {
  const std::string_view text = first_of(parameters, name);
  if (auto duration = parse_duration(text)) { return *duration; }
  const auto seconds = parse_time(text);
  if (!seconds || text.find('T') != std::string_view::npos) {
    return in_parameter(error(Code::invalid, fmt::format("\"{}\" is not a duration", text)), name);
  }
  return seconds->time_since_epoch();
}

Result<promql::QueryOptions> options_of(const Parameters& parameters) {
  promql::QueryOptions out;
  if (!first_of(parameters, "timeout").empty()) {
    VIGIE_TRY(out.timeout, length_parameter(parameters, "timeout"));
  }
  if (!first_of(parameters, "lookback_delta").empty()) {
    VIGIE_TRY(out.lookback, length_parameter(parameters, "lookback_delta"));
  }
  return out;
}

Result<promql::Expr> expression_of(const Parameters& parameters) {
  auto parsed = promql::parse(first_of(parameters, "query"));
  if (!parsed) { return in_parameter(std::move(parsed).error(), "query"); }
  return *std::move(parsed);
}

std::string text_list(const std::vector<std::string>& items) {
  std::string out = "[";
  for (const std::string& item : items) {
    if (out.size() > 1) { out += ','; }
    out += promql::json_text(item);
  }
  return out + "]";
}

net::HttpReply success(const std::string& data) {
  return net::json_reply(200, fmt::format(R"({{"status":"success","data":{}}})", data));
}

/// A finished query as the API's body; built in the pool, since it can be large.
std::string body_of(promql::QueryResult result) {
  std::string notes;
  if (!result.warnings.empty()) { notes += R"(,"warnings":)" + text_list(result.warnings); }
  if (!result.infos.empty()) { notes += R"(,"infos":)" + text_list(result.infos); }
  std::string out = R"({"status":"success","data":)";
  promql::append_result(out, std::move(result));
  out += notes + "}";
  return out;
}

std::string refusal_of(const tsdb::Appended& appended, const WriteRequest& request, size_t count) {
  std::string out = fmt::format(
      "{} of {} samples refused: out of order {}, another value at the same time {}, "
      "too many series {}, of a time yet to come {}",
      appended.refused() + request.samples_refused, count, appended.out_of_order,
      appended.conflicting, appended.over_limit, appended.too_early);
  if (request.series_refused != 0) {
    out += fmt::format(", {} in {} series that cannot be taken ({})", request.samples_refused,
                       request.series_refused, request.why);
  }
  return out + "\n";
}

struct SeriesQuestion {
  std::vector<tsdb::Matchers> selectors;
  WallTime from, to;
  uint64_t limit = 0;
};

Result<SeriesQuestion> series_question(const Parameters& parameters, WallTime now) {
  SeriesQuestion out;
  VIGIE_TRY(out.from, time_parameter(parameters, "start", wall_from_millis(0)));
  VIGIE_TRY(out.to, time_parameter(parameters, "end", now));
  VIGIE_TRY(out.limit, parse_count(first_of(parameters, "limit"), 0, UINT32_MAX));
  for (const auto& [key, value] : parameters) {
    if (key != "match[]") { continue; }
    auto selector = promql::parse_selector(value);
    if (!selector) { return in_parameter(std::move(selector).error(), "match[]"); }
    out.selectors.push_back(*std::move(selector));
  }
  return out;
}

template <class T>
void sort_and_cut(std::vector<T>& items, uint64_t limit) {
  std::sort(items.begin(), items.end());
  items.erase(std::unique(items.begin(), items.end()), items.end());
  if (limit != 0 && items.size() > limit) { items.resize(limit); }
}

/// Runs `read` once without matchers, or once for each selector, and joins what it finds.
template <class Read>
std::vector<std::string> over_selectors(const SeriesQuestion& question, Read read) {
  std::vector<std::string> out;
  if (question.selectors.empty()) { out = read(tsdb::Matchers{}); }
  for (const tsdb::Matchers& selector : question.selectors) {
    for (std::string& found : read(selector)) { out.push_back(std::move(found)); }
  }
  sort_and_cut(out, question.limit);
  return out;
}

}  // namespace

Task<net::HttpReply> Routes::run_query(std::function<Result<promql::QueryResult>()> query) {
  ++queries;
  auto work = [query = std::move(query)]() -> Result<std::string> {
    VIGIE_TRY(promql::QueryResult result, query());
    return body_of(std::move(result));
  };
  auto ran = co_await on(deps_.pool, deps_.edge, std::move(work));
  Result<std::string> body = ran ? *std::move(ran) : Result<std::string>(std::move(ran).error());
  if (!body) {
    ++query_failures;
    co_return prometheus_error(body.error());
  }
  co_return net::json_reply(200, *std::move(body));
}

Task<net::HttpReply> Routes::from_store(std::function<std::string()> work) {
  const auto data = co_await on(deps_.pool, deps_.edge, std::move(work));
  co_return data ? success(*data) : prometheus_error(data.error());
}

Task<net::HttpReply> Routes::query_instant(Call call) {
  const Parameters parameters = parameters_of(call.request);
  auto expression = expression_of(parameters);
  if (!expression) { co_return prometheus_error(expression.error()); }
  const auto at = time_parameter(parameters, "time", deps_.clock.wall());
  if (!at) { co_return prometheus_error(at.error()); }
  const auto options = options_of(parameters);
  if (!options) { co_return prometheus_error(options.error()); }
  const ApiDeps* deps = &deps_;
  auto query = [deps, e = *std::move(expression), t = *at, o = *options] {
    return deps->queries.instant(e, t, deps->store, o);
  };
  net::HttpReply reply = co_await run_query(std::move(query));
  co_return reply;
}

Task<net::HttpReply> Routes::query_range(Call call) {
  const Parameters parameters = parameters_of(call.request);
  auto expression = expression_of(parameters);
  if (!expression) { co_return prometheus_error(expression.error()); }
  const auto start = time_parameter(parameters, "start", std::nullopt);
  if (!start) { co_return prometheus_error(start.error()); }
  const auto end = time_parameter(parameters, "end", std::nullopt);
  if (!end) { co_return prometheus_error(end.error()); }
  const auto step = length_parameter(parameters, "step");
  if (!step) { co_return prometheus_error(step.error()); }
  const auto options = options_of(parameters);
  if (!options) { co_return prometheus_error(options.error()); }
  const ApiDeps* deps = &deps_;
  const promql::Range range{.start = *start, .end = *end, .step = *step};
  auto query = [deps, e = *std::move(expression), range, o = *options] {
    return deps->queries.range(e, range, deps->store, o);
  };
  net::HttpReply reply = co_await run_query(std::move(query));
  co_return reply;
}

Task<net::HttpReply> Routes::series_list(Call call) {
  auto question = series_question(parameters_of(call.request), deps_.clock.wall());
  if (!question) { co_return prometheus_error(question.error()); }
  if (question->selectors.empty()) {
    co_return prometheus_error(error(Code::invalid, "no match[] parameter provided"));
  }
  const tsdb::Store* store = &deps_.store;
  auto work = [store, q = *std::move(question)] {
    std::vector<Labels> found;
    for (const tsdb::Matchers& selector : q.selectors) {
      for (Labels& labels : store->series(selector, q.from, q.to)) {
        found.push_back(std::move(labels));
      }
    }
    sort_and_cut(found, q.limit);
    std::string out = "[";
    for (const Labels& labels : found) {
      if (out.size() > 1) { out += ','; }
      out += promql::labels_json(labels);
    }
    return out + "]";
  };
  net::HttpReply reply = co_await from_store(std::move(work));
  co_return reply;
}

Task<net::HttpReply> Routes::label_names(Call call) {
  auto question = series_question(parameters_of(call.request), deps_.clock.wall());
  if (!question) { co_return prometheus_error(question.error()); }
  const tsdb::Store* store = &deps_.store;
  auto work = [store, q = *std::move(question)] {
    return text_list(over_selectors(q, [&](const tsdb::Matchers& matchers) {
      return store->label_names(matchers, q.from, q.to);
    }));
  };
  net::HttpReply reply = co_await from_store(std::move(work));
  co_return reply;
}

Task<net::HttpReply> Routes::label_values(Call call) {
  auto question = series_question(parameters_of(call.request), deps_.clock.wall());
  if (!question) { co_return prometheus_error(question.error()); }
  const tsdb::Store* store = &deps_.store;
  auto work = [store, name = std::string(call.param("name")), q = *std::move(question)] {
    return text_list(over_selectors(q, [&](const tsdb::Matchers& matchers) {
      return store->label_values(name, matchers, q.from, q.to);
    }));
  };
  net::HttpReply reply = co_await from_store(std::move(work));
  co_return reply;
}

Task<net::HttpReply> Routes::targets_list(Call call) {
  const std::string_view state = call.request.param("state");
  if (!state.empty() && state != "active" && state != "dropped" && state != "any") {
    co_return prometheus_error(in_parameter(
        error(Code::invalid, fmt::format("\"{}\" is neither active, dropped nor any", state)),
        "state"));
  }
  co_return success(deps_.neighbours.targets(state, call.request.param("scrapePool")));
}

Task<net::HttpReply> Routes::rules_list(Call call) {
  const auto filter = RuleFilter::read(call.request);
  if (!filter) { co_return prometheus_error(filter.error()); }
  Question question = [](const engine::Heart& heart, WallTime now) {
    return view_of(heart, "alerting", "alerts", now);
  };
  const json::value alerts = co_await ask(std::move(question));
  std::string data = deps_.neighbours.rules(alerts);
  if (filter->takes_all()) { co_return success(data); }
  auto parsed = parse_json(data);
  if (!parsed) { co_return prometheus_error(parsed.error()); }
  filter->apply(parsed->get_object());
  co_return success(to_text(*parsed));
}

Task<net::HttpReply> Routes::prometheus_alerts(Call) {
  Question question = [](const engine::Heart& heart, WallTime now) -> json::value {
    json::array out;
    for (const json::value& item : alert_list(heart, now)) {
      const json::object& alert = item.get_object();
      const std::string state = get_string(alert, "state");
      if (state != "firing" && state != "pending") { continue; }
      json::object one;
      one["labels"] = *alert.if_contains("labels");
      one["annotations"] = *alert.if_contains("annotations");
      one["state"] = state;
      one["activeAt"] = *alert.if_contains("active_at");
      const json::value* value = alert.if_contains("value");
      one["value"] = value == nullptr ? json::value("NaN")
                     : value->is_string()
                         ? *value
                         : json::value(promql::format_value(get_number(alert, "value")));
      out.push_back(std::move(one));
    }
    return json::object{{"alerts", std::move(out)}};
  };
  const json::value alerts = co_await ask(std::move(question));
  co_return success(to_text(alerts));
}

Task<net::HttpReply> Routes::metadata_list(Call call) {
  const auto limit = parse_count(call.request.param("limit"), 0, UINT32_MAX);
  if (!limit) { co_return prometheus_error(in_parameter(limit.error(), "limit")); }
  co_return success(to_text(deps_.neighbours.metadata(call.request.param("metric"), *limit)));
}

Task<net::HttpReply> Routes::build_info(Call) {
  json::object out;
  out["version"] = deps_.version;
  out["application"] = "vigie";
  co_return success(to_text(out));
}

Task<net::HttpReply> Routes::format_query(Call call) {
  const auto expression = expression_of(parameters_of(call.request));
  if (!expression) { co_return prometheus_error(expression.error()); }
  co_return success(promql::json_text(promql::format(*expression)));
}

Task<net::HttpReply> Routes::remote_write(Call call) {
  auto batch = read_remote_write(call.request.headers.get("content-encoding"),
                                 call.request.headers.get("content-type"), call.request.body);
  if (!batch) {
    const int status = batch.error().code == Code::conflict ? 415 : status_of(batch.error().code);
    co_return net::text_reply(status, batch.error().what + "\n");
  }
  const size_t count = batch->samples.size() + batch->samples_refused;
  auto done = std::make_shared<Completion<Result<tsdb::Appended>>>();
  auto samples = std::make_shared<SampleBatch>(std::move(batch->samples));
  Loop* edge = &deps_.edge;
  tsdb::Store* store = &deps_.store;
  deps_.store_loop.post([done, samples, edge, store] {
    auto appended = std::make_shared<Result<tsdb::Appended>>(store->append(*samples));
    // Acknowledged means on disk: the answer waits for the sync.
    if (*appended) {
      if (const Status synced = store->sync(); !synced) { *appended = synced.error(); }
    }
    edge->post([done, appended] { done->complete(*appended); });
  });
  const Result<tsdb::Appended> appended = co_await wait(done);
  if (!appended) {
    // Whatever the disk says, the sender keeps its samples and tries again.
    const bool refused_by_disk = appended.error().code == Code::io;
    const int status = refused_by_disk ? 507 : status_of(appended.error().code);
    co_return net::text_reply(status, appended.error().what + "\n");
  }
  written += appended->stored;
  refused += appended->refused() + batch->samples_refused;
  if (appended->refused() != 0 || batch->series_refused != 0) {
    // 400 tells a sender not to try again: what was good is stored, the rest will never be.
    co_return net::text_reply(400, refusal_of(*appended, *batch, count));
  }
  co_return net::text_reply(204, "");
}

}  // namespace vigie::api
