#include "alerting/settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>

#include "alerting/rule.h"
#include "base/json.h"

namespace vigie::alerting {

namespace {

constexpr std::array<std::string_view, 11> kSections{
    "rule_groups",   "route",          "receivers",
    "inhibit_rules", "time_intervals", "mute_time_intervals",
    "services",      "chains",         "external-url",
    "listen",        "global"};

}  // namespace

std::string external_url_of(const config::Node& root) {
  std::string url = root["external-url"].text();
  if (url.empty()) {
    const std::string& listen = root["listen"].text();
    url = "http://" + (listen.empty() ? "127.0.0.1:9797" : listen);
  }
  while (url.ends_with('/')) { url.pop_back(); }
  return url;
}

std::string book_sections(const config::Node& root) {
  json::object out;
  for (const std::string_view key : kSections) {
    const config::Node section = root[key];
    if (key == "global") {
      // Credentials are for the notifiers alone.
      const config::Node interval = section["evaluation_interval"];
      if (interval.is_scalar()) {
        out.emplace(key, json::object{{"evaluation_interval", interval.to_json()}});
      }
    } else if (key == "receivers") {
      json::array receivers;
      for (const config::Node& receiver : section.items()) {
        json::object kept;
        for (const config::Node::Entry& entry : receiver.entries()) {
          if (!entry.value.is_sequence()) {
            kept.emplace(entry.key.text(), entry.value.to_json());
            continue;
          }
          json::array items;
          for (const config::Node& item : entry.value.items()) {
            json::object one;
            if (item.has("send_resolved")) {
              one.emplace("send_resolved", item["send_resolved"].to_json());
            }
            items.push_back(std::move(one));
          }
          kept.emplace(entry.key.text(), std::move(items));
        }
        receivers.push_back(std::move(kept));
      }
      out.emplace(key, std::move(receivers));
    } else if (!section.is_null()) {
      out.emplace(key, section.to_json());
    }
  }
  return to_text(out);
}

Settings Settings::read(const config::Node& root) {
  config::Problems ignored;
  Settings out;
  for (const RuleGroup& group : read_rule_groups(root, ignored)) {
    for (const Rule& rule : group.rules) {
      if (!rule.alert) { continue; }
      out.rules.insert_or_assign(rule.id, RuleTerms{.hold = rule.hold,
                                                    .keep = rule.keep,
                                                    .expr = rule.expr_text,
                                                    .definition = rule.definition()});
    }
  }
  out.route = read_route(root, ignored);
  out.receivers = read_receivers(root, ignored);
  out.inhibit_rules = read_inhibit_rules(root, ignored);
  out.intervals = TimeIntervals::read(root, ignored);
  for (const config::Node::Entry& service : root["services"].entries()) {
    const std::string& team = service.value["team"].text();
    if (!team.empty()) { out.team_of.emplace(service.key.text(), team); }
  }
  for (const config::Node::Entry& chain : root["chains"].entries()) {
    for (const config::Node& stage : chain.value["stages"].items()) {
      const std::string& service = stage["service"].text();
      if (service.empty()) { continue; }
      out.service_of_stage.emplace(chain.key.text() + "/" + stage["name"].text(), service);
    }
  }
  out.external_url = external_url_of(root);
  return out;
}

Labels Settings::known_labels(const Labels& labels) const {
  Labels out = labels;
  if (!out.has("service") && out.has("chain") && out.has("stage")) {
    const auto found =
        service_of_stage.find(fmt::format("{}/{}", out.get("chain"), out.get("stage")));
    if (found != service_of_stage.end()) { out.set("service", found->second); }
  }
  if (!out.has("team") && out.has("service")) {
    const auto found = team_of.find(std::string(out.get("service")));
    if (found != team_of.end()) { out.set("team", found->second); }
  }
  return out;
}

std::string Settings::muted_by_time(const std::vector<std::string>& muted_during,
                                    const std::vector<std::string>& active_during,
                                    WallTime now) const {
  for (const std::string& name : muted_during) {
    if (intervals.covers(name, now)) { return fmt::format("time interval \"{}\"", name); }
  }
  if (active_during.empty()) { return ""; }
  const bool active = std::ranges::any_of(
      active_during, [&](const std::string& name) { return intervals.covers(name, now); });
  return active ? "" : fmt::format("outside of time interval \"{}\"", active_during.front());
}

}  // namespace vigie::alerting
