#pragma once

#include <map>
#include <string>

#include "alerting/inhibit.h"
#include "alerting/receiver.h"
#include "alerting/route.h"
#include "alerting/time_interval.h"
#include "base/time.h"
#include "config/node.h"
#include "model/labels.h"

namespace vigie::alerting {

/// What the decider needs of a rule.
struct RuleTerms {
  Millis hold{0}, keep{0};
  std::string expr, definition;
};

/// What the decider reads from the book.
struct Settings {
  std::map<std::string, RuleTerms> rules;  ///< Alerting rules by id.
  Route route;
  Receivers receivers;
  std::vector<InhibitRule> inhibit_rules;
  TimeIntervals intervals;
  std::map<std::string, std::string> team_of;           ///< Service to team.
  std::map<std::string, std::string> service_of_stage;  ///< "chain/stage" to service.
  std::string external_url;                             ///< Without a slash at the end.

  /// Wrong parts are left out: a book in force was checked before.
  static Settings read(const config::Node& root);

  /// The alert's labels with what the book says of its service and stage, so that a route may ask
  /// for a team that the rule does not name.
  Labels known_labels(const Labels& labels) const;
  /// "" or "muted by …", as the time intervals of a route say.
  std::string muted_by_time(const std::vector<std::string>& muted_during,
                            const std::vector<std::string>& active_during, WallTime now) const;
};

/// The sections that Settings reads, as JSON text: what a snapshot keeps of the book.
std::string book_sections(const config::Node& root);

/// `external-url`, or http:// and `listen`.
std::string external_url_of(const config::Node& root);

}  // namespace vigie::alerting
