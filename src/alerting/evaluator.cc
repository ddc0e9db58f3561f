#include "alerting/evaluator.h"

#include <fmt/core.h>

#include <algorithm>
#include <mutex>

#include "alerting/evaluator_plan.h"
#include "alerting/rule_run.h"
#include "base/log.h"

namespace vigie::alerting {

namespace {

constexpr Millis kLostAfter = 1s;

}  // namespace

struct RuleEvaluator::Impl : std::enable_shared_from_this<RuleEvaluator::Impl> {
  Impl(EvaluatorDeps given, EvaluatorOptions chosen) : deps(std::move(given)), options(chosen) {}

  // Constant after construction.
  const EvaluatorDeps deps;
  const EvaluatorOptions options;

  // Under the mutex.
  mutable std::mutex mutex;
  std::optional<Plan> adopted;          ///< Waits for the next pass.
  std::vector<ActiveCondition> primed;  ///< The same.
  std::set<std::string> arrived;        ///< Metric names since the last pass.
  bool passing = false;                 ///< A pass was given to the executor.
  bool running = false;                 ///< And has begun.
  bool stopped = false;
  MonoTime asked_at{};
  uint64_t tokens = 0;  ///< Only the newest pass asked for runs.
  bool planned = false;
  MonoTime rest_until{};
  std::optional<MonoTime> due_at;  ///< The earliest interval that ends.
  std::vector<RuleHealth> health;  ///< In the order of the rules.
  std::map<std::string, FlowReading> readings;
  EvaluatorStats counts;

  // Owned by the pass that runs.
  Plan plan;

  std::optional<MonoTime> wanted() const;
  void consider();
  void pass(uint64_t token);
  bool take_book(WallTime now, SampleBatch& ended);
  void take_primed(WallTime now, MonoTime mono);
  bool is_due(const promql::Reads& reads, const std::set<std::string>& ignored,
              const std::optional<MonoTime>& evaluated, Millis interval,
              const std::set<std::string>& names, MonoTime mono) const;
  bool rule_due(RuleRun& run, const std::set<std::string>& names, MonoTime mono) const;
  Millis gap_of(const RuleRun& run) const;
  Millis interval_of(const FlowRun& run) const;
  void run_rules(std::set<std::string>& names, PassContext& context);
  void run_flows(const std::set<std::string>& names, const PassContext& context);
  void publish(size_t index, const RuleOutcome& outcome, WallTime at, Nanos took);
  void write(SampleBatch samples);
  std::optional<MonoTime> next_due() const;
};

/// When a pass should start, under the mutex.
std::optional<MonoTime> RuleEvaluator::Impl::wanted() const {
  if (stopped || !planned) { return std::nullopt; }
  // An executor that lost the pass (a full queue) must not end all evaluation.
  if (passing) { return running ? std::nullopt : std::optional(asked_at + kLostAfter); }
  if (adopted || !primed.empty() || !arrived.empty()) { return rest_until; }
  if (!due_at) { return std::nullopt; }
  return std::max(*due_at, rest_until);
}

/// Starts a pass if it is time, else asks to be woken.
void RuleEvaluator::Impl::consider() {
  std::optional<MonoTime> at;
  uint64_t token = 0;
  {
    const std::lock_guard lock(mutex);
    at = wanted();
    if (!at) { return; }
    if (*at <= deps.clock->mono()) {
      passing = true;
      asked_at = deps.clock->mono();
      token = ++tokens;
      at.reset();
    }
  }
  if (at) {
    if (deps.wake) { deps.wake(*at); }
    return;
  }
  deps.execute([self = shared_from_this(), token] { self->pass(token); });
}

bool RuleEvaluator::Impl::take_book(WallTime now, SampleBatch& ended) {
  Plan before;
  {
    const std::lock_guard lock(mutex);
    if (!adopted) { return false; }
    before = std::exchange(plan, *std::move(adopted));
    adopted.reset();
  }
  std::map<std::string, RuleRun*> by_id;
  for (RuleRun& run : plan.rules) { by_id[run.rule.id] = &run; }
  for (RuleRun& old : before.rules) {
    const auto twin = by_id.find(old.rule.id);
    if (twin != by_id.end() && twin->second->definition == old.definition) {
      twin->second->holding = std::move(old.holding);
      twin->second->recorded = std::move(old.recorded);
      continue;
    }
    for (const Sample& sample : end_series(old, now)) { ended.push_back(sample); }
    if (twin == by_id.end()) { continue; }
    // A condition of the old rule may reach the decider behind the new book: what does not hold
    // under the new rule must be said to have fallen.
    for (const auto& [labels, holding] : old.holding) {
      twin->second->holding.try_emplace(labels).first->second.since = now;
    }
  }
  for (FlowRun& run : plan.flows) {
    for (const FlowRun& old : before.flows) {
      if (old.chain != run.chain || old.stage != run.stage) { continue; }
      run.said = old.said;
      run.said_at = old.said_at;
      run.said_value = old.said_value;
      run.flow = old.flow;
      run.value = old.value;
    }
  }
  const std::lock_guard lock(mutex);
  std::map<std::string, RuleHealth> known;
  for (RuleHealth& one : health) { known.emplace(one.id, std::move(one)); }
  health.clear();
  for (const RuleRun& run : plan.rules) {
    RuleHealth fresh = health_of(run);
    const auto old = known.find(fresh.id);
    if (old != known.end() && old->second.expr == fresh.expr) {
      fresh.health = old->second.health;
      fresh.error = old->second.error;
      fresh.at = old->second.at;
    }
    health.push_back(std::move(fresh));
  }
  readings.clear();
  return true;
}

/// Conditions that the decider believes in are looked at in this pass, whatever arrived.
void RuleEvaluator::Impl::take_primed(WallTime now, MonoTime mono) {
  std::vector<ActiveCondition> active;
  {
    const std::lock_guard lock(mutex);
    active = std::exchange(primed, {});
  }
  std::map<std::string, RuleRun*> by_id;
  for (RuleRun& run : plan.rules) { by_id[run.rule.id] = &run; }
  for (const ActiveCondition& condition : active) {
    const auto found = by_id.find(condition.rule);
    if (found == by_id.end()) { continue; }
    const auto [it, fresh] = found->second->holding.try_emplace(condition.labels);
    if (fresh) { it->second.since = condition.active_at; }
    RuleRun& run = *found->second;
    run.dirty = true;
    if (!run.blind_until && !has_fresh_inputs(run, deps, now)) {
      run.blind_until = mono + options.blind_patience;
    }
  }
}

bool RuleEvaluator::Impl::is_due(const promql::Reads& reads, const std::set<std::string>& ignored,
                                 const std::optional<MonoTime>& evaluated, Millis interval,
                                 const std::set<std::string>& names, MonoTime mono) const {
  if (!evaluated || *evaluated + interval <= mono) { return true; }
  return std::ranges::any_of(names, [&](const std::string& name) {
    return !ignored.contains(name) && (reads.any_metric || reads.metric_names.contains(name));
  });
}

/// Recording at every scrape of every target would multiply samples.
Millis RuleEvaluator::Impl::gap_of(const RuleRun& run) const {
  return run.rule.alert ? Millis{0} : std::min(options.record_gap, run.group.interval);
}

Millis RuleEvaluator::Impl::interval_of(const FlowRun& run) const {
  return run.flow == Flow::alive ? options.flow_alive_interval : options.flow_interval;
}

bool RuleEvaluator::Impl::rule_due(RuleRun& run, const std::set<std::string>& names,
                                   MonoTime mono) const {
  run.dirty = run.dirty ||
              is_due(run.reads, run.ignored, run.evaluated_at, run.group.interval, names, mono);
  return run.dirty && (!run.evaluated_at || *run.evaluated_at + gap_of(run) <= mono);
}

void RuleEvaluator::Impl::write(SampleBatch samples) {
  if (samples.empty() || !deps.write) { return; }
  const size_t count = samples.size();
  const Status done = deps.write(std::move(samples));
  const std::lock_guard lock(mutex);
  counts.recorded += done ? count : 0;
  counts.write_failures += done ? 0 : 1;
}

void RuleEvaluator::Impl::publish(size_t index, const RuleOutcome& outcome, WallTime at,
                                  Nanos took) {
  const std::lock_guard lock(mutex);
  RuleHealth& one = health[index];
  const bool good = outcome.error.empty();
  one.health = good ? "ok" : "err";
  one.error = outcome.error;
  one.at = at;
  one.took = took;
  ++one.evaluations;
  ++counts.evaluations;
  if (!good) {
    ++one.failures;
    ++counts.failures;
  }
  for (const EventBody& event : outcome.events) {
    counts.risen += std::holds_alternative<ConditionRose>(event) ? 1 : 0;
    counts.fallen += std::holds_alternative<ConditionFell>(event) ? 1 : 0;
  }
}

void RuleEvaluator::Impl::run_rules(std::set<std::string>& names, PassContext& context) {
  for (size_t i = 0; i < plan.rules.size(); ++i) {
    RuleRun& run = plan.rules[i];
    if (!rule_due(run, names, context.mono)) { continue; }
    const MonoTime begin = deps.clock->mono();
    RuleOutcome outcome =
        run.rule.alert ? evaluate_alerting(run, context) : evaluate_recording(run, context);
    run.evaluated_at = context.mono;
    run.dirty = false;
    for (const EventBody& event : outcome.events) { deps.sink(event); }
    // Rules behind it in the book read what it wrote, in this very pass.
    for (const Sample& sample : outcome.samples) {
      names.insert(std::string(sample.labels.get(kMetricName)));
    }
    publish(i, outcome, context.now, deps.clock->mono() - begin);
    write(std::move(outcome.samples));
  }
}

void RuleEvaluator::Impl::run_flows(const std::set<std::string>& names,
                                    const PassContext& context) {
  for (FlowRun& run : plan.flows) {
    const bool grace_over =
        run.zero_since && run.flow != Flow::dead && *run.zero_since + run.grace <= context.mono;
    if (!grace_over &&
        !is_due(run.reads, {}, run.evaluated_at, interval_of(run), names, context.mono)) {
      continue;
    }
    run.evaluated_at = context.mono;
    std::optional<EventBody> event = evaluate_flow(run, context);
    {
      const std::lock_guard lock(mutex);
      readings[run.chain + "/" + run.stage] = {.flow = run.flow, .value = run.value};
    }
    if (event) { deps.sink(*std::move(event)); }
  }
}

std::optional<MonoTime> RuleEvaluator::Impl::next_due() const {
  std::optional<MonoTime> at;
  const auto earlier = [&](MonoTime t) { at = at ? std::min(*at, t) : t; };
  for (const RuleRun& run : plan.rules) {
    earlier(*run.evaluated_at + (run.dirty ? gap_of(run) : run.group.interval));
  }
  for (const FlowRun& run : plan.flows) {
    earlier(*run.evaluated_at + interval_of(run));
    if (run.zero_since && run.flow != Flow::dead) { earlier(*run.zero_since + run.grace); }
  }
  return at;
}

void RuleEvaluator::Impl::pass(uint64_t token) {
  {
    const std::lock_guard lock(mutex);
    if (token != tokens || running || stopped) { return; }
    running = true;
  }
  const WallTime now = deps.clock->wall();
  const MonoTime begin = deps.clock->mono();
  SampleBatch ended;
  const bool fresh = take_book(now, ended);
  write(std::move(ended));
  take_primed(now, begin);
  std::set<std::string> names;
  {
    const std::lock_guard lock(mutex);
    names = std::exchange(arrived, {});
    ++counts.passes;
  }
  PassContext context{.deps = deps,
                      .options = options,
                      .now = now,
                      .mono = begin,
                      .external_labels = plan.external_labels,
                      .external_url = plan.external_url};
  run_flows(names, context);
  run_rules(names, context);
  if (fresh) {
    log::debug("alerting", "evaluating {} rules and {} flows", plan.rules.size(),
               plan.flows.size());
  }
  const MonoTime end = deps.clock->mono();
  {
    const std::lock_guard lock(mutex);
    passing = false;
    running = false;
    rest_until = std::max(begin + options.gap, end + (end - begin) * options.rest);
    due_at = next_due();
  }
  consider();
}

RuleEvaluator::RuleEvaluator(EvaluatorDeps deps, EvaluatorOptions options)
    : impl_(std::make_shared<Impl>(std::move(deps), options)) {}

RuleEvaluator::~RuleEvaluator() {
  stop();
}

void RuleEvaluator::adopt(const config::Node& root) {
  Plan plan = read_plan(root);
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->adopted = std::move(plan);
    impl_->planned = true;
  }
  impl_->consider();
}

void RuleEvaluator::prime(std::span<const ActiveCondition> active) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->primed.assign(active.begin(), active.end());
  }
  impl_->consider();
}

void RuleEvaluator::samples_arrived(const std::set<std::string>& metric_names, WallTime) {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->arrived.insert(metric_names.begin(), metric_names.end());
  }
  impl_->consider();
}

void RuleEvaluator::tick() {
  impl_->consider();
}

std::optional<MonoTime> RuleEvaluator::next_tick() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->wanted();
}

void RuleEvaluator::stop() {
  const std::lock_guard lock(impl_->mutex);
  impl_->stopped = true;
}

std::vector<RuleHealth> RuleEvaluator::rules() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->health;
}

std::map<std::string, FlowReading> RuleEvaluator::flows() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->readings;
}

EvaluatorStats RuleEvaluator::stats() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->counts;
}

}  // namespace vigie::alerting
