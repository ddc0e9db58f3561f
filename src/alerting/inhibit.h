#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "config/node.h"
#include "config/problems.h"
#include "model/labels.h"
#include "tsdb/matcher.h"

namespace vigie::alerting {

/// While an alert that matches `source` fires, alerts that match `target` and have the same values
/// in all of `equal` tell nobody.
struct InhibitRule {
  tsdb::Matchers source, target;
  std::set<std::string> equal;
  std::string name;
};

std::vector<InhibitRule> read_inhibit_rules(const config::Node& root, config::Problems& problems);

/// Which firing alerts inhibit which, kept as they come and go: a question costs one look-up a
/// rule, however many alerts fire.
class Inhibitor {
 public:
  Inhibitor() = default;
  explicit Inhibitor(std::vector<InhibitRule> rules);

  void add(const std::string& fingerprint, const Labels& labels);
  void remove(const std::string& fingerprint, const Labels& labels);
  void clear();

  /// The fingerprint of an alert that inhibits this one, "" when none does. An alert that could
  /// be source and target of one rule is never inhibited by another such alert, as in Alertmanager.
  std::string inhibited_by(const std::string& fingerprint, const Labels& labels) const;
  bool empty() const { return rules_.empty(); }

 private:
  struct Source {
    std::string fingerprint;
    bool also_target = false;
    auto operator<=>(const Source&) const = default;
  };
  static std::string key_of(const InhibitRule& rule, const Labels& labels);

  std::vector<InhibitRule> rules_;
  std::vector<std::map<std::string, std::set<Source>>> sources_;  ///< By rule, by equal values.
};

}  // namespace vigie::alerting
