#pragma once

#include <string>
#include <vector>

#include "alerting/evaluator.h"
#include "alerting/rule_run.h"
#include "config/node.h"

namespace vigie::alerting {

/// Everything a book gives the evaluator; the pass owns the one in force.
struct Plan {
  std::vector<RuleRun> rules;
  std::vector<FlowRun> flows;
  Labels external_labels;
  std::string external_url;
};

Plan read_plan(const config::Node& root);
/// What people see of a rule before it was evaluated.
RuleHealth health_of(const RuleRun& run);

}  // namespace vigie::alerting
