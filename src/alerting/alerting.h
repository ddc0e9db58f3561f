#pragma once

#include <memory>
#include <string>
#include <vector>

#include "alerting/fwd.h"
#include "base/json.h"
#include "base/time.h"
#include "config/fwd.h"
#include "config/node.h"
#include "config/problems.h"
#include "model/decider.h"
#include "model/labels.h"
#include "tsdb/fwd.h"

/// Judgements about series: rule files, their evaluation, the states of alerts, and who among the
/// receivers is told.
///
/// Two halves. The shell RuleEvaluator (alerting/evaluator.h) reads series and says only what
/// changed: ConditionRose, ConditionUpdated, ConditionFell, StageFlowChanged. The decider keeps the
/// alerts: pending for `for`, firing, on for `keep_firing_for`, resolved; says AlertFired and
/// AlertResolved; routes and groups them for receivers as Alertmanager does and performs Notify.
///
/// Lives on: the decider on core; the evaluator's passes wherever its executor runs them.
/// Owned by: engine and daemon. Time: `now` alone in the decider, a Clock in the evaluator.
/// Durable: the decider by its events; the evaluator nothing, it is primed from the decider.
/// Limits: 200,000 alerts, 500 alerts a message; resolved alerts are shown for 15 minutes.
/// Never: resolves an alert because an evaluation failed; fires one on evidence of before a
/// restart without asking again (for a minute at most).
/// Not yet: silences, posted alerts, Alertmanager's API. They will enter beside `muted_by`.
namespace vigie::alerting {

std::unique_ptr<Decider> make_decider();

/// Rules, routes, receivers, inhibition and time intervals of a book, with what they refer to.
void check_book(const config::Node& root, config::Problems& problems);
/// The same sections for the reference of the book (docs/book-reference.md).
std::vector<config::Chapter> book_chapters();

/// global.evaluation_interval: of groups without an interval, and of PromQL's `[5m:]`.
Millis evaluation_interval(const config::Node& root);

/// A condition that the decider believes to hold; what an evaluator starts from.
struct ActiveCondition {
  std::string rule;
  Labels labels;
  WallTime active_at{};
};
/// From the decider's view "conditions".
std::vector<ActiveCondition> active_conditions(const json::value& conditions);

/// `data` of Prometheus' /api/v1/rules. `alerts` is the decider's view "alerts".
std::string rules_json(const RuleEvaluator& evaluator, const json::value& alerts);
/// `data` of Prometheus' /api/v1/alerts.
std::string alerts_json(const json::value& alerts);

/// Warns of rules over metrics that the store does not have.
void lint_rules(const config::Node& root, const tsdb::Store& store, config::Problems& problems);

}  // namespace vigie::alerting
