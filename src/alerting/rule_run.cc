#include "alerting/rule_run.h"

#include <fmt/core.h>

#include <algorithm>
#include <cmath>

namespace vigie::alerting {

namespace {

using promql::QueryResult;
using promql::ValueType;
using promql::VectorSample;

/// The result as a vector; a scalar is one sample without labels.
Result<std::vector<VectorSample>> query(const promql::Expr& expr, WallTime at,
                                        const PassContext& pass) {
  VIGIE_TRY(QueryResult result, pass.deps.engine->instant(expr, at, *pass.deps.querier));
  if (result.type == ValueType::scalar) {
    return std::vector<VectorSample>{{.labels = {}, .at = at, .value = result.scalar.value}};
  }
  return std::move(result.vector);
}

Labels without_name(const Labels& labels) {
  Labels out = labels;
  out.erase(kMetricName);
  return out;
}

TemplateContext template_context(const VectorSample& sample, const PassContext& pass) {
  TemplateContext context;
  const Value labels = Value::of_labels(sample.labels);
  const Value external = Value::of_labels(pass.external_labels);
  context.variables = {{"labels", labels},
                       {"externalLabels", external},
                       {"externalURL", Value(pass.external_url)},
                       {"value", Value(sample.value)}};
  context.dot = Value(Value::Map{{"Labels", labels},
                                 {"ExternalLabels", external},
                                 {"ExternalURL", Value(pass.external_url)},
                                 {"Value", Value(sample.value)}});
  context.external_url = pass.external_url;
  context.now = pass.now;
  context.query = [&pass](const std::string& text) -> Result<std::vector<TemplateSample>> {
    VIGIE_TRY(const promql::Expr expr, promql::parse(text));
    VIGIE_TRY(const std::vector<VectorSample> samples, query(expr, pass.now, pass));
    std::vector<TemplateSample> out;
    for (const VectorSample& one : samples) { out.push_back({one.labels, one.value}); }
    return out;
  };
  return context;
}

/// As Prometheus: a failing template becomes text, so that the alert still goes out.
std::string expand(const Template& text, const TemplateContext& context) {
  if (text.is_plain()) { return text.text(); }
  const Result<std::string> done = text.expand(context);
  return done ? *done : fmt::format("<error expanding template: {}>", done.error().what);
}

struct Seen {
  double value = 0;
  StringMap annotations;
};

Result<std::map<Labels, Seen>> conditions(const RuleRun& run, const PassContext& pass) {
  VIGIE_TRY(const std::vector<VectorSample> samples,
            query(*run.rule.expr, pass.now - run.group.query_offset, pass));
  std::map<Labels, Seen> out;
  for (const VectorSample& sample : samples) {
    const TemplateContext context = template_context(sample, pass);
    Labels labels = without_name(sample.labels);
    for (const auto& [name, text] : run.labels) { labels.set(name, expand(text, context)); }
    labels.set("alertname", run.rule.name);
    Seen seen{.value = sample.value, .annotations = {}};
    for (const auto& [name, text] : run.annotations) {
      seen.annotations[name] = expand(text, context);
    }
    if (!out.emplace(std::move(labels), std::move(seen)).second) {
      return error(Code::invalid,
                   "vector contains metrics with the same labelset after applying alert labels");
    }
  }
  if (run.group.limit > 0 && out.size() > static_cast<size_t>(run.group.limit)) {
    return error(Code::exhausted,
                 fmt::format("exceeded limit of {} with {} alerts", run.group.limit, out.size()));
  }
  return out;
}

Labels alerts_series(const Labels& labels, std::string_view state) {
  Labels out = labels;
  out.set(kMetricName, state.empty() ? "ALERTS_FOR_STATE" : "ALERTS");
  if (!state.empty()) { out.set("alertstate", state); }
  return out;
}

/// ALERTS and ALERTS_FOR_STATE of one label set, as its state is now.
void write_state(const Labels& labels, Holding& holding, std::string_view state, bool again,
                 WallTime at, SampleBatch& out) {
  if (holding.written_state != state && !holding.written_state.empty()) {
    out.push_back({alerts_series(labels, holding.written_state), at, stale_marker()});
  }
  if (holding.written_state == state && !again) { return; }
  holding.written_state = state;
  out.push_back({alerts_series(labels, state), at, 1});
  out.push_back({alerts_series(labels, ""), at, std::floor(to_seconds(holding.since))});
}

void end_state(const Labels& labels, const Holding& holding, WallTime at, SampleBatch& out) {
  if (holding.written_state.empty()) { return; }
  out.push_back({alerts_series(labels, holding.written_state), at, stale_marker()});
  out.push_back({alerts_series(labels, ""), at, stale_marker()});
}

/// The whole of a result is written once an interval; between, only what changed.
bool write_again(RuleRun& run, const PassContext& pass) {
  const bool again = !run.written_at || *run.written_at + run.group.interval <= pass.mono;
  if (again) { run.written_at = pass.mono; }
  return again;
}

}  // namespace

bool has_fresh_inputs(const RuleRun& run, const EvaluatorDeps& deps, WallTime now) {
  const WallTime from = now - deps.engine->options().lookback;
  for (const tsdb::Matchers& matchers : promql::selectors_of(*run.rule.expr)) {
    const Result<tsdb::SeriesSet> found = deps.querier->select(matchers, from, now);
    if (!found) { return false; }
    std::vector<tsdb::Point> points;
    for (const tsdb::SeriesView& series : *found) {
      if (!series.read(from, now, points) || !points.empty()) { break; }
    }
    if (points.empty()) { return false; }
  }
  return true;
}

RuleOutcome evaluate_alerting(RuleRun& run, const PassContext& pass) {
  RuleOutcome out;
  Result<std::map<Labels, Seen>> now = conditions(run, pass);
  if (!now) {
    out.error = now.error().what;
    return out;
  }
  const bool again = write_again(run, pass);
  for (auto& [labels, seen] : *now) {
    const auto [it, fresh] = run.holding.try_emplace(labels);
    Holding& holding = it->second;
    if (fresh) { holding.since = pass.now; }
    holding.fell_at.reset();
    if (!holding.announced) {
      out.events.push_back(ConditionRose{.rule = run.rule.id,
                                         .labels = labels,
                                         .annotations = seen.annotations,
                                         .value = seen.value});
      holding.announced = true;
      holding.annotations = std::move(seen.annotations);
      holding.said_at = pass.mono;
    } else if (holding.annotations != seen.annotations &&
               holding.said_at + pass.options.reword_gap <= pass.mono) {
      out.events.push_back(ConditionUpdated{.rule = run.rule.id,
                                            .labels = labels,
                                            .annotations = seen.annotations,
                                            .value = seen.value});
      holding.annotations = std::move(seen.annotations);
      holding.said_at = pass.mono;
    }
  }
  for (auto it = run.holding.begin(); it != run.holding.end();) {
    const Labels& labels = it->first;
    Holding& holding = it->second;
    const bool holds = now->contains(labels);
    const bool fired = pass.now - holding.since >= run.rule.hold;
    const bool blind = run.blind_until && *run.blind_until > pass.mono;
    if (!holds && !holding.announced && !holding.fell_at && blind) {
      ++it;
      continue;
    }
    if (!holds && !holding.fell_at) {
      // Also for one that was only primed: it ended while nobody looked.
      out.events.push_back(ConditionFell{.rule = run.rule.id, .labels = labels});
      holding.announced = false;
      holding.fell_at = pass.now;
    }
    const bool kept = !holds && fired && pass.now - *holding.fell_at < run.rule.keep;
    if (!holds && !kept) {
      end_state(labels, holding, pass.now, out.samples);
      it = run.holding.erase(it);
      continue;
    }
    write_state(labels, holding, fired ? "firing" : "pending", again, pass.now, out.samples);
    ++it;
  }
  return out;
}

RuleOutcome evaluate_recording(RuleRun& run, const PassContext& pass) {
  RuleOutcome out;
  const WallTime at = pass.now - run.group.query_offset;
  Result<std::vector<VectorSample>> samples = query(*run.rule.expr, at, pass);
  if (!samples) {
    out.error = samples.error().what;
    return out;
  }
  std::map<Labels, double> now;
  for (const VectorSample& sample : *samples) {
    Labels labels = without_name(sample.labels);
    for (const auto& [name, value] : run.rule.labels) { labels.set(name, value); }
    labels.set(kMetricName, run.rule.name);
    if (!now.emplace(std::move(labels), sample.value).second) {
      out.error = "vector contains metrics with the same labelset after applying rule labels";
      return out;
    }
  }
  if (run.group.limit > 0 && now.size() > static_cast<size_t>(run.group.limit)) {
    out.error = fmt::format("exceeded limit of {} with {} series", run.group.limit, now.size());
    return out;
  }
  const bool again = write_again(run, pass);
  for (const auto& [labels, value] : now) {
    const auto before = run.recorded.find(labels);
    const bool same =
        before != run.recorded.end() &&
        (before->second == value || (std::isnan(before->second) && std::isnan(value)));
    if (!same || again) { out.samples.push_back({labels, at, value}); }
  }
  for (const auto& [labels, value] : run.recorded) {
    if (!now.contains(labels)) { out.samples.push_back({labels, at, stale_marker()}); }
  }
  run.recorded = std::move(now);
  return out;
}

std::optional<EventBody> evaluate_flow(FlowRun& run, const PassContext& pass) {
  const Result<std::vector<VectorSample>> samples = query(*run.expr, pass.now, pass);
  if (!samples) { return std::nullopt; }
  double sum = 0;
  for (const VectorSample& sample : *samples) { sum += sample.value; }
  const bool known = !samples->empty() && !std::isnan(sum);
  Flow flow = known ? (sum > 0 ? Flow::alive : Flow::dead) : Flow::unknown;
  run.value = known ? std::optional<double>(sum) : std::nullopt;
  if (flow != Flow::dead) { run.zero_since.reset(); }
  if (flow == Flow::dead) {
    if (!run.zero_since) { run.zero_since = pass.mono; }
    const bool early = *run.zero_since + run.grace > pass.mono;
    if (early && run.said) { flow = run.flow; }
    if (early && !run.said) { return std::nullopt; }
  }
  if (run.said && flow == run.flow) {
    // The words for people tell how much flows: said again when that is no longer true.
    const bool other =
        flow == Flow::alive && (sum > 2 * run.said_value || 2 * sum < run.said_value);
    if (!other || pass.mono < run.said_at + pass.options.flow_reword_gap) { return std::nullopt; }
  }
  // Just started: the first scrapes are still to come, and nothing is known of yet.
  if (!run.seen_at) { run.seen_at = pass.mono; }
  const bool early = *run.seen_at + pass.options.flow_patience > pass.mono;
  if (flow == Flow::unknown && !run.said && early) { return std::nullopt; }
  run.said = true;
  run.said_at = pass.mono;
  run.said_value = sum;
  run.flow = flow;
  return StageFlowChanged{
      .chain = run.chain, .stage = run.stage, .flow = flow, .value = known ? sum : 0};
}

SampleBatch end_series(const RuleRun& run, WallTime now) {
  SampleBatch out;
  for (const auto& [labels, value] : run.recorded) { out.push_back({labels, now, stale_marker()}); }
  for (const auto& [labels, holding] : run.holding) { end_state(labels, holding, now, out); }
  return out;
}

}  // namespace vigie::alerting
