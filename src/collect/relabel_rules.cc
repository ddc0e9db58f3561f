#include <fmt/core.h>

#include "base/utf8.h"
#include "collect/exposition.h"
#include "collect/relabel.h"
#include "collect/relabel_pattern.h"
#include "collect/tables.h"
#include "config/field.h"
#include "config/values.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;

constexpr std::string_view kActions[] = {"replace",   "keep",      "drop",      "hashmod",
                                         "labelmap",  "labeldrop", "labelkeep", "lowercase",
                                         "uppercase", "keepequal", "dropequal"};

constexpr Field kFields[] = {
    {.name = "source_labels", .type = FieldType::strings, .help = "labels whose values are joined"},
    {.name = "separator", .help = "what stands between joined values", .fallback = ";"},
    {.name = "regex",
     .type = FieldType::any,
     .help = "what the joined value must match, anchored",
     .fallback = "(.*)"},
    {.name = "modulus", .type = FieldType::integer, .help = "shards of hashmod", .least = 0},
    {.name = "target_label", .help = "the label that is set"},
    {.name = "replacement", .help = "its value, with $1 for groups", .fallback = "$1"},
    {.name = "action",
     .type = FieldType::any,
     .help = "what the rule does; in any case",
     .fallback = "replace",
     .choices = kActions},
};

/// The action's words may be in any case, as Prometheus takes them.
std::optional<RelabelAction> action_of(std::string_view word) {
  std::string lower(word);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c | 0x20); }
  }
  for (size_t i = 0; i < std::size(kActions); ++i) {
    if (kActions[i] == lower) { return static_cast<RelabelAction>(i); }
  }
  return std::nullopt;
}

bool sets_target(RelabelAction action) {
  switch (action) {
    case RelabelAction::replace:
    case RelabelAction::hashmod:
    case RelabelAction::lowercase:
    case RelabelAction::uppercase:
    case RelabelAction::keepequal:
    case RelabelAction::dropequal:
      return true;
    default:
      return false;
  }
}

/// UTF-8 names are allowed since Prometheus 3; what is left to refuse is emptiness and bad bytes.
bool is_name(std::string_view text) {
  return !text.empty() && is_utf8(text);
}

/// Of what is written, what this action has no use for; "" when all is well.
std::string_view useless_key(const Node& node, RelabelAction action) {
  const auto first_of = [&node](std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
      if (node.has(key)) { return key; }
    }
    return std::string_view();
  };
  switch (action) {
    case RelabelAction::labeldrop:
    case RelabelAction::labelkeep:
      return first_of({"source_labels", "target_label", "modulus", "separator", "replacement"});
    case RelabelAction::keepequal:
    case RelabelAction::dropequal:
      return first_of({"regex", "modulus", "separator", "replacement"});
    case RelabelAction::lowercase:
    case RelabelAction::uppercase:
      return first_of({"replacement"});
    default:
      return {};
  }
}

void check_rule(const Node& node, const RelabelRule& rule, std::string_view action,
                Problems& problems) {
  if (rule.action == RelabelAction::hashmod && rule.modulus == 0) {
    problems.error(node.place(), "relabel action hashmod needs a modulus greater than zero");
  }
  if (sets_target(rule.action) && rule.target_label.empty()) {
    problems.error(node.place(), fmt::format("relabel action {} needs target_label", action));
  } else if (!rule.target_label.empty() && !is_name(rule.target_label)) {
    problems.error(node.place_of_key("target_label"), "target_label is not a label name");
  }
  if (rule.action == RelabelAction::labelmap && !is_name(rule.replacement)) {
    problems.error(node.place_of_key("replacement"),
                   "the replacement of labelmap is no label name");
  }
  const std::string_view useless = useless_key(node, rule.action);
  if (!useless.empty()) {
    problems.error(node.place_of_key(useless),
                   fmt::format("{} has no meaning with relabel action {}", useless, action));
  }
}

RelabelRule read_rule(const Node& node, Problems& problems) {
  RelabelRule rule;
  const auto settings = config::Settings::read(node, kFields, problems);
  rule.source_labels = settings.strings("source_labels");
  rule.separator = settings.text("separator");
  rule.modulus = static_cast<uint64_t>(std::max<int64_t>(settings.integer("modulus"), 0));
  rule.target_label = settings.text("target_label");
  rule.replacement = settings.text("replacement");
  // A regex that is written but null matches only the empty value, as in Prometheus.
  const std::string regex = node.has("regex") ? node["regex"].text() : "(.*)";
  auto compiled = AnchoredPattern::compile(regex);
  if (!compiled) {
    problems.error(node["regex"].place(), compiled.error().what);
    compiled = AnchoredPattern::compile("(.*)");
  }
  rule.regex = *std::move(compiled);
  const std::string action = node.has("action") ? node["action"].text() : "replace";
  const std::optional<RelabelAction> known = action_of(action);
  if (!known) {
    problems.error(node["action"].place(),
                   fmt::format("unknown relabel action \"{}\"", node["action"].shown()),
                   config::did_you_mean(action, kActions));
    return rule;
  }
  rule.action = *known;
  check_rule(node, rule, action, problems);
  rule.text = to_text(node.to_json());
  return rule;
}

}  // namespace

std::span<const Field> relabel_fields() {
  return kFields;
}

RelabelRules read_relabel_rules(const Node& node, std::string_view key, Problems& problems) {
  RelabelRules rules;
  if (node.is_null()) { return rules; }
  if (!node.is_sequence()) {
    problems.error(node.place(), fmt::format("{} must be a list", key));
    return rules;
  }
  for (const Node& item : node.items()) {
    if (!item.is_map()) {
      problems.error(item.place(), fmt::format("an empty rule in {}", key));
      continue;
    }
    rules.push_back(read_rule(item, problems));
  }
  return rules;
}

}  // namespace vigie::collect
