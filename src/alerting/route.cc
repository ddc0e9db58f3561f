#include "alerting/route.h"

#include <fmt/core.h>

#include <algorithm>

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

constexpr size_t kDepthMax = 30;

constexpr Field kRouteFields[] = {
    {.name = "receiver", .help = "where the alerts go; of the parent when absent"},
    {.name = "matchers", .type = FieldType::any, .help = "list of matchers, all must hold"},
    {.name = "match", .type = FieldType::map, .help = "older form of matchers: equality"},
    {.name = "match_re", .type = FieldType::map, .help = "older form of matchers: patterns"},
    {.name = "continue",
     .type = FieldType::boolean,
     .help = "whether the siblings behind it see the alert too",
     .fallback = "false"},
    {.name = "group_by", .type = FieldType::strings, .help = "labels; '...' for all of them"},
    {.name = "group_wait",
     .type = FieldType::duration,
     .help = "before a group's first words",
     .fallback = "30s"},
    {.name = "group_interval",
     .type = FieldType::duration,
     .help = "between two words about a group that changed",
     .fallback = "5m"},
    {.name = "repeat_interval",
     .type = FieldType::duration,
     .help = "between two words about a group that did not",
     .fallback = "4h"},
    {.name = "mute_time_intervals", .type = FieldType::strings, .help = "silent during these"},
    {.name = "active_time_intervals",
     .type = FieldType::strings,
     .help = "silent outside of these"},
    {.name = "escalation", .help = "who is paged: a name of escalations; else the team's"},
    {.name = "urgency", .help = "a name of urgency"},
    {.name = "routes", .type = FieldType::list, .help = "routes for some of these alerts"},
};

void read_grouping(const Settings& settings, Route& route, Problems& problems) {
  if (!settings.has("group_by")) { return; }
  route.group_by.clear();
  route.group_by_all = false;
  for (const std::string& label : settings.strings("group_by")) {
    if (label == "...") {
      route.group_by_all = true;
    } else if (!is_label_name(label)) {
      problems.error(settings.place_of("group_by"),
                     fmt::format("\"{}\" can't be the name of a label", label));
    } else if (!route.group_by.insert(label).second) {
      problems.error(settings.place_of("group_by"), fmt::format("\"{}\" is there twice", label));
    }
  }
  if (route.group_by_all && !route.group_by.empty()) {
    problems.error(settings.place_of("group_by"), "'...' stands for all labels, alone");
  }
}

void read_time(const Settings& settings, std::string_view key, bool may_be_zero, Millis& out,
               Problems& problems) {
  if (!settings.has(key)) { return; }
  const Millis given = settings.duration(key);
  if (given.count() == 0 && !may_be_zero) {
    problems.error(settings.place_of(key), fmt::format("{} cannot be zero", key));
    return;
  }
  out = given;
}

void read_matching(const Settings& settings, Route& route, Problems& problems) {
  route.matchers = read_matchers(settings.node("matchers"), problems);
  for (const auto& [key, op] :
       {std::pair{"match", tsdb::MatchOp::equal}, std::pair{"match_re", tsdb::MatchOp::regex}}) {
    for (tsdb::Matcher& matcher : read_match_map(settings.node(key), op, problems)) {
      route.matchers.push_back(std::move(matcher));
    }
  }
}

Route read_one(const Node& node, const Route* parent, size_t depth, Problems& problems) {
  Route route;
  if (parent != nullptr) {
    route = *parent;
    route.routes.clear();
  }
  const Settings settings = Settings::read(node, kRouteFields, problems);
  route.place = node.place();
  read_matching(settings, route, problems);
  route.key = (parent == nullptr ? "" : parent->key + "/") + text_of(route.matchers);
  if (settings.has("receiver")) { route.receiver = settings.text("receiver"); }
  route.goes_on = settings.boolean("continue");
  read_grouping(settings, route, problems);
  read_time(settings, "group_wait", true, route.group_wait, problems);
  read_time(settings, "group_interval", false, route.group_interval, problems);
  read_time(settings, "repeat_interval", false, route.repeat_interval, problems);
  route.muted_during = settings.strings("mute_time_intervals");
  route.active_during = settings.strings("active_time_intervals");
  if (settings.has("escalation")) { route.escalation = settings.text("escalation"); }
  if (settings.has("urgency")) { route.urgency = settings.text("urgency"); }
  if (depth > kDepthMax) {
    problems.error(node.place(), "routes are nested too deeply");
    return route;
  }
  std::vector<Route> children;
  for (const Node& child : settings.list("routes")) {
    children.push_back(read_one(child, &route, depth + 1, problems));
  }
  route.routes = std::move(children);
  return route;
}

void collect(const Route& route, const Labels& labels, std::vector<const Route*>& out) {
  const size_t before = out.size();
  for (const Route& child : route.routes) {
    if (!tsdb::all_match(child.matchers, labels)) { continue; }
    collect(child, labels, out);
    if (!child.goes_on) { break; }
  }
  if (out.size() == before) { out.push_back(&route); }
}

}  // namespace

std::span<const Field> route_fields() {
  return kRouteFields;
}

Labels Route::group_labels(const Labels& alert) const {
  if (group_by_all) { return alert; }
  std::vector<Labels::Pair> out;
  for (const auto& [name, value] : alert) {
    if (group_by.contains(name)) { out.emplace_back(name, value); }
  }
  return Labels(std::move(out));
}

Route read_route(const Node& root, Problems& problems) {
  const Node node = root["route"];
  if (node.is_null()) {
    Route none;
    none.key = "{}";
    return none;
  }
  Route route = read_one(node, nullptr, 0, problems);
  if (!route.matchers.empty()) {
    problems.error(node.place(), "the first route must not have matchers: it takes every alert");
  }
  if (route.goes_on) { problems.error(node.place(), "the first route cannot continue"); }
  if (!route.muted_during.empty() || !route.active_during.empty()) {
    problems.error(node.place(), "the first route cannot have time intervals",
                   "put them into a route below it");
  }
  return route;
}

std::vector<const Route*> match_routes(const Route& root, const Labels& labels) {
  std::vector<const Route*> out;
  collect(root, labels, out);
  return out;
}

}  // namespace vigie::alerting
