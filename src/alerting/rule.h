#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "config/node.h"
#include "config/problems.h"
#include "model/events.h"
#include "promql/promql.h"

namespace vigie::alerting {

/// What Prometheus uses when the book says nothing.
inline constexpr Millis kEvaluationInterval = 1min;

/// One rule of a rule file.
struct Rule {
  std::string id;  ///< "file;group;name"; ";2" follows for the second of a name.
  std::string name;
  bool alert = false;  ///< Else it records.
  std::string expr_text;
  std::optional<promql::Expr> expr;  ///< Absent when it does not parse.
  Millis hold{0};                    ///< `for`
  Millis keep{0};                    ///< `keep_firing_for`
  StringMap labels;                  ///< Templates of an alerting rule; with the group's labels.
  StringMap annotations;
  config::Place place;

  /// Rules with equal definitions see the same conditions; a rule whose definition changed is
  /// another rule.
  std::string definition() const;
};

struct RuleGroup {
  std::string file, name;
  Millis interval = kEvaluationInterval;
  Millis query_offset{0};
  int64_t limit = 0;  ///< Results of one rule; 0: any number.
  std::vector<Rule> rules;
  config::Place place;
};

/// `rule_groups` of a book, in the order of the files. Everything wrong with them goes to
/// `problems` with the place in the rule file; a wrong rule is still in the list.
std::vector<RuleGroup> read_rule_groups(const config::Node& root, config::Problems& problems);

/// The names that templates of alerting rules may use, without the $.
inline constexpr std::string_view kRuleVariables[] = {"labels", "externalLabels", "externalURL",
                                                      "value"};

/// [a-zA-Z_][a-zA-Z0-9_]*
bool is_label_name(std::string_view name);

}  // namespace vigie::alerting
