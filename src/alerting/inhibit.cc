#include "alerting/inhibit.h"

#include <fmt/core.h>

#include "alerting/matchers.h"
#include "alerting/rule.h"
#include "alerting/tables.h"
#include "config/field.h"

namespace vigie::alerting {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

namespace {

constexpr Field kFields[] = {
    {.name = "name", .help = "name for people"},
    {.name = "source_matchers",
     .type = FieldType::any,
     .help = "which alerts inhibit: a list of matchers"},
    {.name = "source_match",
     .type = FieldType::map,
     .help = "older form of source_matchers: equality"},
    {.name = "source_match_re",
     .type = FieldType::map,
     .help = "older form of source_matchers: patterns"},
    {.name = "target_matchers",
     .type = FieldType::any,
     .help = "which alerts are inhibited: a list of matchers"},
    {.name = "target_match",
     .type = FieldType::map,
     .help = "older form of target_matchers: equality"},
    {.name = "target_match_re",
     .type = FieldType::map,
     .help = "older form of target_matchers: patterns"},
    {.name = "equal", .type = FieldType::strings, .help = "labels with equal values in both"},
};

tsdb::Matchers read_side(const Settings& settings, const std::string& side, Problems& problems) {
  tsdb::Matchers out = read_matchers(settings.node(side + "_matchers"), problems);
  for (const auto& [suffix, op] :
       {std::pair{"_match", tsdb::MatchOp::equal}, std::pair{"_match_re", tsdb::MatchOp::regex}}) {
    for (tsdb::Matcher& matcher : read_match_map(settings.node(side + suffix), op, problems)) {
      out.push_back(std::move(matcher));
    }
  }
  return out;
}

}  // namespace

std::span<const Field> inhibit_fields() {
  return kFields;
}

std::vector<InhibitRule> read_inhibit_rules(const Node& root, Problems& problems) {
  std::vector<InhibitRule> out;
  for (const Node& node : root["inhibit_rules"].items()) {
    const Settings settings = Settings::read(node, kFields, problems);
    InhibitRule rule{.source = read_side(settings, "source", problems),
                     .target = read_side(settings, "target", problems),
                     .equal = {},
                     .name = settings.text("name")};
    for (const std::string& label : settings.strings("equal")) {
      if (!is_label_name(label)) {
        problems.error(settings.place_of("equal"),
                       fmt::format("\"{}\" can't be the name of a label", label));
      }
      rule.equal.insert(label);
    }
    if (rule.source.empty() && rule.target.empty() && problems.ok()) {
      problems.warn(node.place(), "without matchers every alert inhibits every other");
    }
    out.push_back(std::move(rule));
  }
  return out;
}

Inhibitor::Inhibitor(std::vector<InhibitRule> rules)
    : rules_(std::move(rules)), sources_(rules_.size()) {}

std::string Inhibitor::key_of(const InhibitRule& rule, const Labels& labels) {
  std::string out;
  for (const std::string& name : rule.equal) {
    out += labels.get(name);
    out += '\x1f';
  }
  return out;
}

void Inhibitor::add(const std::string& fingerprint, const Labels& labels) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (!tsdb::all_match(rules_[i].source, labels)) { continue; }
    const bool also_target = tsdb::all_match(rules_[i].target, labels);
    sources_[i][key_of(rules_[i], labels)].insert({fingerprint, also_target});
  }
}

void Inhibitor::remove(const std::string& fingerprint, const Labels& labels) {
  for (size_t i = 0; i < rules_.size(); ++i) {
    const auto found = sources_[i].find(key_of(rules_[i], labels));
    if (found == sources_[i].end()) { continue; }
    found->second.erase({fingerprint, false});
    found->second.erase({fingerprint, true});
    if (found->second.empty()) { sources_[i].erase(found); }
  }
}

void Inhibitor::clear() {
  for (auto& sources : sources_) { sources.clear(); }
}

std::string Inhibitor::inhibited_by(const std::string& fingerprint, const Labels& labels) const {
  for (size_t i = 0; i < rules_.size(); ++i) {
    if (!tsdb::all_match(rules_[i].target, labels)) { continue; }
    const auto found = sources_[i].find(key_of(rules_[i], labels));
    if (found == sources_[i].end()) { continue; }
    const bool both = tsdb::all_match(rules_[i].source, labels);
    for (const Source& source : found->second) {
      if (source.fingerprint != fingerprint && !(both && source.also_target)) {
        return source.fingerprint;
      }
    }
  }
  return "";
}

}  // namespace vigie::alerting
