#include "alerting/rule.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "alerting/alerting.h"
#include "alerting/tables.h"
#include "alerting/template.h"
#include "config/field.h"

namespace vigie::alerting {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

namespace {

constexpr Field kGroupFields[] = {
    {.name = "file", .help = "which file it comes from; written by the loader"},
    {.name = "name", .help = "name, unique in its file", .required = true},
    {.name = "interval",
     .type = FieldType::duration,
     .help = "longest time between two evaluations; rules are evaluated when their inputs change"},
    {.name = "limit",
     .type = FieldType::integer,
     .help = "most results of one rule, 0 for any",
     .fallback = "0",
     .least = 0},
    {.name = "query_offset",
     .type = FieldType::duration,
     .help = "how far back in time the rules look"},
    {.name = "labels", .type = FieldType::map, .help = "labels added to every result"},
    {.name = "rules", .type = FieldType::list, .help = "the rules, in the order of evaluation"},
};

constexpr Field kRuleFields[] = {
    {.name = "alert", .help = "name of the alert"},
    {.name = "record", .help = "name of the metric to record"},
    {.name = "expr", .help = "PromQL expression", .required = true},
    {.name = "for",
     .type = FieldType::duration,
     .help = "how long the condition must hold before the alert fires",
     .fallback = "0s"},
    {.name = "keep_firing_for",
     .type = FieldType::duration,
     .help = "how long the alert goes on after the condition ended",
     .fallback = "0s"},
    {.name = "labels", .type = FieldType::map, .help = "labels added; templates in alerts"},
    {.name = "annotations", .type = FieldType::map, .help = "words for people; templates"},
};

/// For the reference: the keys of `global` that are read here and in the evaluator.
constexpr Field kGlobalFields[] = {
    {.name = "evaluation_interval",
     .type = FieldType::duration,
     .help = "interval of rule groups that do not say",
     .fallback = "1m"},
    {.name = "rule_query_offset",
     .type = FieldType::duration,
     .help = "how far back in time rules look, for groups that do not say",
     .fallback = "0s"},
    {.name = "external_labels",
     .type = FieldType::map,
     .help = "labels that templates of rules read as $externalLabels"},
};

bool is_name(std::string_view name, bool colons) {
  const auto good = [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':') ||
           (c >= '0' && c <= '9');
  };
  const bool digit = !name.empty() && name.front() >= '0' && name.front() <= '9';
  return !name.empty() && !digit && std::ranges::all_of(name, good);
}

/// A map of texts; templates are parsed when `templated`.
StringMap read_texts(const Node& node, std::string_view what, bool names_are_labels, bool templated,
                     Problems& problems) {
  StringMap out;
  for (const Node::Entry& entry : node.entries()) {
    const std::string& name = entry.key.text();
    const bool wrong_name = !is_label_name(name) || (names_are_labels && name == kMetricName);
    if (wrong_name) {
      problems.error(entry.key.place(), fmt::format("\"{}\" can't be the name of {}", name, what),
                     "letters, digits and _ make a name");
    }
    if (!entry.value.is_scalar() && !entry.value.is_null()) {
      problems.error(entry.value.place(), fmt::format("{} \"{}\" must be a text, not {}", what,
                                                      name, entry.value.kind_name()));
      continue;
    }
    out.insert_or_assign(name, entry.value.text());
    if (!templated) { continue; }
    const Result<Template> parsed = Template::parse(entry.value.text(), kRuleVariables);
    if (!parsed) {
      problems.error(entry.value.place(),
                     fmt::format("template of {} \"{}\": {}", what, name, parsed.error().what));
    }
  }
  return out;
}

void read_expr(const Settings& settings, Rule& rule, Problems& problems) {
  rule.expr_text = settings.text("expr");
  if (rule.expr_text.empty()) {
    if (settings.has("expr")) { problems.error(settings.place_of("expr"), "expr is empty"); }
    return;
  }
  Result<promql::Expr> parsed = promql::parse(rule.expr_text);
  if (!parsed) {
    problems.error(settings.place_of("expr"),
                   fmt::format("expr of {} \"{}\": {}", rule.alert ? "alert" : "record", rule.name,
                               parsed.error().what),
                   "line and column count from the start of the expression");
    return;
  }
  const promql::ValueType type = parsed->type();
  if (type == promql::ValueType::matrix || type == promql::ValueType::string) {
    problems.error(settings.place_of("expr"),
                   fmt::format("expr of \"{}\" gives a {}; a rule needs a vector or a scalar",
                               rule.name, promql::name_of(type)));
    return;
  }
  if (const Status fits = promql::check_size(*parsed, {}); !fits) {
    problems.error(
        settings.place_of("expr"),
        fmt::format("expr of \"{}\" can never be answered: {}", rule.name, fits.error().what),
        "write a shorter range or a longer step");
    return;
  }
  rule.expr = *std::move(parsed);
}

void refuse_in_recording(const Settings& settings, Problems& problems) {
  for (const std::string_view key : {"for", "keep_firing_for", "annotations"}) {
    if (settings.has(key)) {
      problems.error(settings.place_of(key), fmt::format("a recording rule has no {}", key));
    }
  }
}

Rule read_rule(const Node& node, const StringMap& group_labels, Problems& problems) {
  Rule rule;
  rule.place = node.place();
  const Settings settings = Settings::read(node, kRuleFields, problems);
  rule.alert = settings.has("alert");
  if (rule.alert == settings.has("record")) {
    problems.error(node.place(), rule.alert ? "a rule is either an alert or a record, not both"
                                            : "a rule needs alert: or record:");
  }
  rule.name = settings.text(rule.alert ? "alert" : "record");
  if (!rule.alert && settings.has("record") && !is_name(rule.name, true)) {
    problems.error(settings.place_of("record"),
                   fmt::format("\"{}\" can't be the name of a metric", rule.name),
                   "letters, digits, _ and : make a name");
  }
  read_expr(settings, rule, problems);
  rule.hold = settings.duration("for");
  rule.keep = settings.duration("keep_firing_for");
  rule.labels = group_labels;
  for (auto& [name, value] :
       read_texts(settings.node("labels"), "a label", true, rule.alert, problems)) {
    rule.labels.insert_or_assign(name, value);
  }
  if (rule.alert) {
    rule.annotations =
        read_texts(settings.node("annotations"), "an annotation", false, true, problems);
  } else {
    refuse_in_recording(settings, problems);
  }
  return rule;
}

Millis default_offset(const Node& root) {
  const Result<Millis> read = parse_duration(root["global"]["rule_query_offset"].text());
  return read ? *read : Millis{0};
}

}  // namespace

std::span<const Field> rule_group_fields() {
  return kGroupFields;
}
std::span<const Field> rule_fields() {
  return kRuleFields;
}
std::span<const Field> global_rule_fields() {
  return kGlobalFields;
}

Millis evaluation_interval(const Node& root) {
  const Node global = root["global"]["evaluation_interval"];
  const Result<Millis> read = parse_duration(global.text());
  return global.is_scalar() && read && read->count() > 0 ? *read : kEvaluationInterval;
}

bool is_label_name(std::string_view name) {
  return is_name(name, false);
}

std::string Rule::definition() const {
  std::string out = fmt::format("{}\x1f{}\x1f{}", alert ? "alert" : "record", name, expr_text);
  for (const auto& [label, value] : labels) { out += fmt::format("\x1f{}\x1e{}", label, value); }
  return out;
}

std::vector<RuleGroup> read_rule_groups(const Node& root, Problems& problems) {
  std::vector<RuleGroup> groups;
  std::set<std::pair<std::string, std::string>> names;
  const Millis interval = evaluation_interval(root);
  const Millis offset = default_offset(root);
  for (const Node& node : root["rule_groups"].items()) {
    const Settings settings = Settings::read(node, kGroupFields, problems);
    RuleGroup group{.file = settings.text("file"), .name = settings.text("name")};
    group.place = node.place();
    group.interval = settings.has("interval") ? settings.duration("interval") : interval;
    if (group.interval.count() <= 0) { group.interval = interval; }
    group.query_offset = settings.has("query_offset") ? settings.duration("query_offset") : offset;
    group.limit = settings.integer("limit");
    if (!names.emplace(group.file, group.name).second) {
      problems.error(settings.place_of("name"),
                     fmt::format("group \"{}\" is in the file twice", group.name),
                     "give one of them another name");
    }
    const StringMap labels = read_texts(settings.node("labels"), "a label", true, false, problems);
    std::map<std::string, int> seen;
    for (const Node& item : settings.list("rules")) {
      Rule rule = read_rule(item, labels, problems);
      rule.id = fmt::format("{};{};{}", group.file, group.name, rule.name);
      const int times = ++seen[rule.name];
      if (times > 1) { rule.id += fmt::format(";{}", times); }
      group.rules.push_back(std::move(rule));
    }
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace vigie::alerting
