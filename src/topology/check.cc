#include <fmt/core.h>

#include <algorithm>

#include "topology/settings.h"
#include "topology/topology.h"

namespace vigie::topology {

using config::Node;

namespace {

std::vector<std::string> keys_of(const Node& map) {
  std::vector<std::string> out;
  for (const Node::Entry& entry : map.entries()) { out.push_back(entry.key.text()); }
  return out;
}

void refer(const Node& node, const std::string& name, std::string_view what,
           const std::vector<std::string>& known, config::Problems& problems) {
  if (name.empty() || std::ranges::find(known, name) != known.end()) { return; }
  problems.error(node.place(), fmt::format("there is no {} \"{}\"", what, name),
                 config::did_you_mean(name, known));
}

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) { out += (out.empty() ? "" : " → ") + name; }
  return out;
}

}  // namespace

void check_book(const Node& root, config::Problems& problems) {
  const Settings settings = Settings::read(root, problems);
  const std::vector<std::string> services = keys_of(root["services"]);
  const std::vector<std::string> teams = keys_of(root["teams"]);
  for (const Node::Entry& entry : root["services"].entries()) {
    const Node needs = entry.value["needs"];
    if (needs.is_scalar()) { refer(needs, needs.text(), "service", services, problems); }
    for (const Node& item : needs.items()) {
      refer(item, item.text(), "service", services, problems);
    }
    for (const Node::Entry& need : needs.entries()) {
      refer(need.key, need.key.text(), "service", services, problems);
    }
    const Node team = entry.value["team"];
    refer(team, team.text(), "team", teams, problems);
  }
  const std::vector<std::string> cycle = settings.cycle();
  if (!cycle.empty()) {
    problems.error(root["services"].place_of_key(cycle.front()),
                   fmt::format("services need each other in a circle: {}", joined(cycle)),
                   "none of them could ever start");
  }
  for (const Node::Entry& chain : root["chains"].entries()) {
    const Node stages = chain.value["stages"];
    if (stages.is_sequence() && stages.size() == 0) {
      problems.error(stages.place(), fmt::format("chain \"{}\" has no stages", chain.key.text()));
    }
    for (const Node& stage : stages.items()) {
      const Node service = stage["service"];
      refer(service, service.text(), "service", services, problems);
      const bool blind = !stage.has("flow") && !stage.has("service") && !stage.has("kafka") &&
                         !chain.value.has("robot");
      if (blind) {
        problems.warn(stage.place(),
                      fmt::format("nothing tells whether stage \"{}\" works", stage["name"].text()),
                      "give it a flow, a service or the chain a robot");
      }
    }
  }
}

}  // namespace vigie::topology
