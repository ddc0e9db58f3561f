#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "alerting/alerting.h"
#include "base/time.h"
#include "base/work.h"
#include "config/node.h"
#include "model/events.h"
#include "model/sample.h"
#include "promql/promql.h"

namespace vigie::alerting {

/// How a rule fared last.
struct RuleHealth {
  int64_t limit = 0;
  std::string id, file, group, name, expr, type;  ///< `type`: "alerting" or "recording".
  Millis interval{0}, hold{0}, keep{0};
  StringMap labels, annotations;
  std::string health = "unknown";  ///< "ok", "err", "unknown".
  std::string error;
  std::optional<WallTime> at;
  Nanos took{0};
  uint64_t evaluations = 0, failures = 0;
};

struct FlowReading {
  Flow flow = Flow::unknown;
  std::optional<double> value;
};

struct EvaluatorStats {
  uint64_t passes = 0, evaluations = 0, failures = 0;
  uint64_t risen = 0, fallen = 0, recorded = 0, write_failures = 0;
};

struct EvaluatorOptions {
  /// Between two passes at least; coalesces the scrapes of one moment.
  Millis gap = 5ms;
  /// Between two writes of a recording rule at least, unless its group's interval is shorter.
  Millis record_gap = 1s;
  /// Between two rewordings of one alert at least.
  Millis reword_gap = 1min;
  /// The longest a flow goes unlooked at, and one that is alive: a range that runs empty by time
  /// alone must not be noticed later than a stop further down the chain.
  Millis flow_interval = 5s;
  Millis flow_alive_interval = 1s;
  /// Between two tellings of how much flows, when it has doubled or halved.
  Millis flow_reword_gap = 1min;
  /// After a start, so long a flow without a value says nothing rather than "unknown".
  Millis flow_patience = 1min;
  /// After a downtime longer than the lookback, so long a primed condition whose metrics are not
  /// back yet is not said to have ended.
  Millis blind_patience = 1min;
  /// After a pass that took t, the next starts t × this later at the earliest.
  int rest = 4;
};

/// What the evaluator works with. All of it outlives the evaluator.
struct EvaluatorDeps {
  const promql::Engine* engine = nullptr;
  const tsdb::Querier* querier = nullptr;
  const Clock* clock = nullptr;
  /// Writes samples and returns when they can be read; called on the executor's thread. The daemon
  /// hops to the store's loop and waits.
  std::function<Status(SampleBatch)> write;
  /// Runs a pass, on a pool or at once; never two at a time are asked for.
  std::function<void(Work)> execute;
  /// Takes ConditionRose, ConditionUpdated, ConditionFell, StageFlowChanged; any thread.
  std::function<void(EventBody)> sink;
  /// Wants tick() at that time, or earlier; replaces what was asked before. May be empty in tests.
  std::function<void(MonoTime)> wake;
};

/// Evaluates rules and flows when their inputs change, and at least once an interval for what only
/// time changes (absent(), time(), ranges that run empty).
///
/// Lives on: any thread; inside, one mutex, not held while it evaluates. Owned by: daemon.
/// Time: rules are evaluated at the clock's wall time; distances are monotonic.
/// Durable: nothing; after a start it is primed with what the decider believes.
/// Limits: one pass at a time, rules in the order of the book; after a pass of t it rests 4 t, so
/// that at most a fifth of a core goes into rules. A rule is evaluated once a pass, and a rule is
/// not woken by what it (or a rule that depends on it) recorded.
/// Never: takes a failed evaluation for an empty result.
class RuleEvaluator {
 public:
  RuleEvaluator(EvaluatorDeps deps, EvaluatorOptions options = {});
  ~RuleEvaluator();
  RuleEvaluator(const RuleEvaluator&) = delete;
  RuleEvaluator& operator=(const RuleEvaluator&) = delete;

  /// Takes over rules and flows of a book from the next pass on. Adopt in the deciders first:
  /// conditions of changed rules are announced again.
  void adopt(const config::Node& root);
  /// What held before a restart: conditions that ended meanwhile are then said to have fallen, and
  /// those that hold are announced again. Before adopt() or behind it.
  void prime(std::span<const ActiveCondition> active);
  /// The store's listener.
  void samples_arrived(const std::set<std::string>& metric_names, WallTime newest);
  /// A timer came, or might have.
  void tick();
  /// When tick() is wanted; nullopt: when samples arrive.
  std::optional<MonoTime> next_tick() const;
  /// No further pass starts; one that runs ends by itself. The owner joins its executor.
  void stop();

  std::vector<RuleHealth> rules() const;
  /// The newest readings by "chain/stage".
  std::map<std::string, FlowReading> flows() const;
  EvaluatorStats stats() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vigie::alerting
