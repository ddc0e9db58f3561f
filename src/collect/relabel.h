#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/node.h"
#include "config/problems.h"
#include "model/labels.h"

namespace vigie::collect {

enum class RelabelAction : uint8_t {
  replace,
  keep,
  drop,
  hashmod,
  labelmap,
  labeldrop,
  labelkeep,
  lowercase,
  uppercase,
  keepequal,
  dropequal,
};

/// A compiled regular expression, anchored at both ends, `.` matching line feeds too. RE2 lives in
/// one file; this is its handle.
class AnchoredPattern;

/// One rule of `relabel_configs` in Prometheus' grammar.
struct RelabelRule {
  std::vector<std::string> source_labels;
  std::string separator = ";";
  std::shared_ptr<const AnchoredPattern> regex;
  uint64_t modulus = 0;
  std::string target_label;
  std::string replacement = "$1";
  RelabelAction action = RelabelAction::replace;
  std::string text;  ///< One line that says the rule, for comparing and showing.
};
using RelabelRules = std::vector<RelabelRule>;

/// Reads a list of rules; everything wrong goes to `problems` with its place. A null node is no
/// rule. `key` is what the list is called in messages.
RelabelRules read_relabel_rules(const config::Node& node, std::string_view key,
                                config::Problems& problems);

/// Applies the rules in order; false means the labels are dropped (and are then meaningless).
/// Lower and upper case know ASCII only. Cost: one regular expression per rule (per label for the
/// label* actions).
bool relabel(const RelabelRules& rules, Labels& labels);

}  // namespace vigie::collect
