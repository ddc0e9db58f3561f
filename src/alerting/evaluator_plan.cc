#include "alerting/evaluator_plan.h"

#include <algorithm>

#include "alerting/settings.h"

namespace vigie::alerting {

namespace {

Templates parse_all(const StringMap& texts) {
  Templates out;
  for (const auto& [name, text] : texts) {
    Result<Template> parsed = Template::parse(text, kRuleVariables);
    if (!parsed) { continue; }  // The check refused it; a book in force has none.
    out.emplace_back(name, *std::move(parsed));
  }
  return out;
}

std::set<std::string> outputs_of(const Rule& rule) {
  if (rule.alert) { return {"ALERTS", "ALERTS_FOR_STATE"}; }
  return {rule.name};
}

bool reads_any(const promql::Reads& reads, const std::set<std::string>& names) {
  return reads.any_metric || std::ranges::any_of(names, [&](const std::string& name) {
           return reads.metric_names.contains(name);
         });
}

/// A rule must not be woken by what follows from itself: its own output, and the output of every
/// rule that reads it, directly or through others.
void break_cycles(std::vector<RuleRun>& rules) {
  for (RuleRun& run : rules) {
    std::set<std::string> reached = outputs_of(run.rule);
    for (bool grew = true; grew;) {
      grew = false;
      for (const RuleRun& other : rules) {
        if (!reads_any(other.reads, reached)) { continue; }
        for (const std::string& name : outputs_of(other.rule)) {
          grew = reached.insert(name).second || grew;
        }
      }
    }
    run.ignored = std::move(reached);
  }
}

std::vector<FlowRun> read_flows(const config::Node& root) {
  std::vector<FlowRun> out;
  for (const config::Node::Entry& chain : root["chains"].entries()) {
    const Result<Millis> grace = parse_duration(chain.value["flow-grace"].text());
    for (const config::Node& stage : chain.value["stages"].items()) {
      Result<promql::Expr> expr = promql::parse(stage["flow"].text());
      if (!stage.has("flow") || !expr) { continue; }
      FlowRun run{.chain = chain.key.text(), .stage = stage["name"].text()};
      run.reads = promql::reads_of(*expr);
      run.expr = *std::move(expr);
      run.grace = grace ? *grace : Millis{0};
      out.push_back(std::move(run));
    }
  }
  return out;
}

}  // namespace

Plan read_plan(const config::Node& root) {
  Plan plan;
  config::Problems ignored;
  for (RuleGroup& group : read_rule_groups(root, ignored)) {
    std::vector<Rule> rules = std::move(group.rules);
    group.rules.clear();
    for (Rule& rule : rules) {
      if (!rule.expr) { continue; }
      RuleRun run;
      run.group = group;
      run.definition = rule.definition();
      run.reads = promql::reads_of(*rule.expr);
      if (rule.alert) {
        run.labels = parse_all(rule.labels);
        run.annotations = parse_all(rule.annotations);
      }
      run.rule = std::move(rule);
      plan.rules.push_back(std::move(run));
    }
  }
  break_cycles(plan.rules);
  plan.flows = read_flows(root);
  for (const config::Node::Entry& label : root["global"]["external_labels"].entries()) {
    plan.external_labels.set(label.key.text(), label.value.text());
  }
  plan.external_url = external_url_of(root);
  return plan;
}

RuleHealth health_of(const RuleRun& run) {
  return {.limit = run.group.limit,
          .id = run.rule.id,
          .file = run.group.file,
          .group = run.group.name,
          .name = run.rule.name,
          .expr = run.rule.expr_text,
          .type = run.rule.alert ? "alerting" : "recording",
          .interval = run.group.interval,
          .hold = run.rule.hold,
          .keep = run.rule.keep,
          .labels = run.rule.labels,
          .annotations = run.rule.annotations};
}

}  // namespace vigie::alerting
