#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "alerting/evaluator.h"
#include "alerting/rule.h"
#include "alerting/template.h"

/// The evaluator's inside: one rule with what it saw last. Touched by a pass only.
namespace vigie::alerting {

/// One label set for which a rule's condition holds.
struct Holding {
  WallTime since{};
  std::optional<WallTime> fell_at;  ///< Only in the ALERTS series: kept firing.
  StringMap annotations;
  MonoTime said_at{};
  bool announced = false;  ///< Said to the decider since the start or the rule's change.
  std::string written_state;
};

using Templates = std::vector<std::pair<std::string, Template>>;

struct RuleRun {
  Rule rule;
  RuleGroup group;  ///< Without its rules.
  Templates labels, annotations;
  std::string definition;
  promql::Reads reads;
  std::set<std::string> ignored;  ///< Metrics recorded by rules that depend on this one.
  // What it saw.
  std::map<Labels, Holding> holding;  ///< Alerting.
  std::map<Labels, double> recorded;  ///< Recording: the last result.
  std::optional<MonoTime> evaluated_at;
  std::optional<MonoTime> written_at;  ///< Whole result written.
  /// Primed while the store had nothing fresh to judge by: until then a condition that is not seen
  /// is not taken for ended.
  std::optional<MonoTime> blind_until;
  bool dirty = false;  ///< An input changed, but the gap is not over.
};

struct FlowRun {
  std::string chain, stage;
  std::optional<promql::Expr> expr;
  promql::Reads reads;
  Millis grace{0};
  bool said = false;
  MonoTime said_at{};
  double said_value = 0;
  Flow flow = Flow::unknown;
  std::optional<double> value;
  std::optional<MonoTime> zero_since;
  std::optional<MonoTime> seen_at;  ///< The first evaluation.
  std::optional<MonoTime> evaluated_at;
};

/// What every evaluation of a pass shares.
struct PassContext {
  const EvaluatorDeps& deps;
  const EvaluatorOptions& options;
  WallTime now{};
  MonoTime mono{};
  Labels external_labels;
  std::string external_url;
};

/// What one evaluation of a rule gave.
struct RuleOutcome {
  std::vector<EventBody> events;
  SampleBatch samples;
  std::string error;  ///< "" when it went well; then the former state is kept.
};

/// Every selector of the rule has samples within the engine's lookback.
bool has_fresh_inputs(const RuleRun& run, const EvaluatorDeps& deps, WallTime now);

RuleOutcome evaluate_alerting(RuleRun& run, const PassContext& pass);
RuleOutcome evaluate_recording(RuleRun& run, const PassContext& pass);
/// The event to say, if the flow changed.
std::optional<EventBody> evaluate_flow(FlowRun& run, const PassContext& pass);

/// Ends the ALERTS series and recorded series of a rule that goes.
SampleBatch end_series(const RuleRun& run, WallTime now);

}  // namespace vigie::alerting
