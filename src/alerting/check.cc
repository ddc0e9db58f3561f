#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "alerting/alerting.h"
#include "alerting/inhibit.h"
#include "alerting/receiver.h"
#include "alerting/route.h"
#include "alerting/rule.h"
#include "alerting/time_interval.h"
#include "tsdb/tsdb.h"

namespace vigie::alerting {

using config::Node;
using config::Problems;

namespace {

std::vector<std::string> keys_of(const Node& map) {
  std::vector<std::string> out;
  for (const Node::Entry& entry : map.entries()) { out.push_back(entry.key.text()); }
  return out;
}

void refer(const Node& node, std::string_view what, const std::vector<std::string>& known,
           Problems& problems) {
  const std::string& name = node.text();
  if (!node.is_scalar() || std::ranges::find(known, name) != known.end()) { return; }
  problems.error(node.place(), fmt::format("there is no {} \"{}\"", what, name),
                 config::did_you_mean(name, known));
}

struct Known {
  std::vector<std::string> receivers, intervals, escalations, urgencies;
};

void check_references(const Node& route, const Known& known, size_t depth, Problems& problems) {
  refer(route["receiver"], "receiver", known.receivers, problems);
  for (const std::string_view key : {"mute_time_intervals", "active_time_intervals"}) {
    const Node names = route[key];
    if (names.is_scalar()) { refer(names, "time interval", known.intervals, problems); }
    for (const Node& name : names.items()) {
      refer(name, "time interval", known.intervals, problems);
    }
  }
  refer(route["escalation"], "escalation", known.escalations, problems);
  refer(route["urgency"], "urgency", known.urgencies, problems);
  if (depth > 40) { return; }
  for (const Node& child : route["routes"].items()) {
    check_references(child, known, depth + 1, problems);
  }
}

/// A route behind a sibling that takes everything it would take.
void check_reach(const Route& route, Problems& problems) {
  for (size_t i = 0; i < route.routes.size(); ++i) {
    const Route& child = route.routes[i];
    for (size_t before = 0; before < i; ++before) {
      const Route& sibling = route.routes[before];
      const bool takes_all = std::ranges::all_of(sibling.matchers, [&](const tsdb::Matcher& m) {
        return std::ranges::find(child.matchers, m) != child.matchers.end();
      });
      if (takes_all && !sibling.goes_on) {
        problems.warn(child.place,
                      fmt::format("no alert reaches this route: the one at {} takes them",
                                  sibling.place.text()),
                      "move it up, or give the other one continue: true");
        break;
      }
    }
    check_reach(child, problems);
  }
}

}  // namespace

void check_book(const Node& root, Problems& problems) {
  read_rule_groups(root, problems);
  const Receivers receivers = read_receivers(root, problems);
  const TimeIntervals intervals = TimeIntervals::read(root, problems);
  read_inhibit_rules(root, problems);
  const Route route = read_route(root, problems);
  Known known;
  for (const auto& [name, integrations] : receivers) { known.receivers.push_back(name); }
  known.intervals = intervals.names();
  known.escalations = keys_of(root["escalations"]);
  known.urgencies = keys_of(root["urgency"]);
  const Node written = root["route"];
  check_references(written, known, 0, problems);
  check_reach(route, problems);
  const bool pages = !known.escalations.empty();
  if (written.is_null() && !receivers.empty()) {
    problems.warn(root.place(), "receivers are never told: the book has no route",
                  "add route: {receiver: NAME}");
  }
  if (written.is_map() && route.receiver.empty() && !pages) {
    problems.error(written.place(), "the first route needs a receiver");
  }
}

void lint_rules(const Node& root, const tsdb::Store& store, Problems& problems) {
  Problems ignored;
  const std::vector<RuleGroup> groups = read_rule_groups(root, ignored);
  std::set<std::string> recorded{"ALERTS", "ALERTS_FOR_STATE"};
  for (const RuleGroup& group : groups) {
    for (const Rule& rule : group.rules) {
      if (!rule.alert) { recorded.insert(rule.name); }
    }
  }
  for (const RuleGroup& group : groups) {
    for (const Rule& rule : group.rules) {
      if (!rule.expr) { continue; }
      for (const std::string& name : promql::metric_names(*rule.expr)) {
        if (recorded.contains(name) || store.has_metric(name)) { continue; }
        problems.warn(
            rule.place,
            fmt::format("\"{}\" reads the metric \"{}\", which nobody has", rule.name, name),
            "a misspelt name, or a target that is not scraped yet");
      }
    }
  }
}

}  // namespace vigie::alerting
