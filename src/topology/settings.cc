#include "topology/settings.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "base/json.h"
#include "config/field.h"
#include "topology/tables.h"

namespace vigie::topology {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;

namespace {

constexpr size_t kServicesMax = 10'000;
constexpr size_t kChainsMax = 1'000;
constexpr size_t kStagesMax = 200;

constexpr Field kServiceFields[] = {
    {.name = "team", .help = "who owns it: a name of teams"},
    {.name = "environment", .help = "prod, acceptance…"},
    {.name = "run", .type = FieldType::any, .help = "how it runs: process, systemd, external…"},
    {.name = "needs",
     .type = FieldType::any,
     .help = "services it cannot work without: {name: healthy|started} or a list"},
    {.name = "health", .type = FieldType::any, .help = "probes that say whether it is healthy"},
    {.name = "symptoms", .type = FieldType::strings, .help = "what people notice when it fails"},
};

constexpr Field kStageFields[] = {
    {.name = "name", .help = "name, unique in its chain", .required = true},
    {.name = "service", .help = "the service that does the work of this stage"},
    {.name = "flow",
     .help = "PromQL for what leaves the stage: above 0 alive, 0 dead, nothing unknown; short "
             "windows such as [15s] show a stop soonest"},
    {.name = "kafka",
     .type = FieldType::any,
     .help = "a topic of Kafka: {cluster, topic}; chains with the same one share it"},
    {.name = "after",
     .type = FieldType::strings,
     .help = "stages it takes its input from; the one before when absent"},
    {.name = "description", .help = "words for people"},
};

constexpr Field kChainFields[] = {
    {.name = "stages",
     .type = FieldType::list,
     .help = "what a message passes, in order",
     .required = true,
     .fields = kStageFields},
    {.name = "robot", .type = FieldType::any, .help = "sends a marked message through the chain"},
    {.name = "flow-grace",
     .type = FieldType::duration,
     .help = "how long a flow must stay 0 before the stage counts as dead",
     .fallback = "0s"},
    {.name = "description", .help = "words for people"},
};

std::vector<std::string> read_needs(const Node& node, Problems& problems) {
  std::set<std::string> out;
  if (node.is_scalar()) { out.insert(node.text()); }
  for (const Node& item : node.items()) {
    if (!item.is_scalar()) {
      problems.error(item.place(), "needs are names of services");
      continue;
    }
    out.insert(item.text());
  }
  for (const Node::Entry& entry : node.entries()) {
    const std::string& level = entry.value.text();
    if (level != "healthy" && level != "started") {
      problems.error(
          entry.value.place(),
          fmt::format("\"{}\" is no way to need \"{}\"", entry.value.shown(), entry.key.text()),
          "healthy or started");
    }
    out.insert(entry.key.text());
  }
  return {out.begin(), out.end()};
}

/// Maps `after` to indexes; stages may only come after stages that stand above them, which keeps
/// every chain free of cycles.
void link_stages(const config::Settings& settings, Chain& chain, Problems& problems) {
  const std::vector<config::Settings> written = settings.sections("stages");
  for (size_t i = 0; i < chain.stages.size(); ++i) {
    Stage& stage = chain.stages[i];
    if (!written[i].has("after")) {
      if (i > 0) { stage.after.push_back(i - 1); }
      continue;
    }
    std::vector<std::string> above;
    for (size_t j = 0; j < i; ++j) { above.push_back(chain.stages[j].name); }
    for (const std::string& name : written[i].strings("after")) {
      const auto found = std::ranges::find(above, name);
      if (found == above.end()) {
        problems.error(written[i].place_of("after"),
                       fmt::format("no stage \"{}\" stands above \"{}\"", name, stage.name),
                       config::did_you_mean(name, above));
        continue;
      }
      stage.after.push_back(static_cast<size_t>(found - above.begin()));
    }
    std::ranges::sort(stage.after);
    const auto twice = std::ranges::unique(stage.after);
    stage.after.erase(twice.begin(), twice.end());
  }
}

Chain read_chain(const std::string& name, const Node& node, Problems& problems) {
  const config::Settings settings = config::Settings::read(node, kChainFields, problems);
  Chain chain{.name = name, .stages = {}};
  std::set<std::string> names;
  for (const config::Settings& one : settings.sections("stages")) {
    Stage stage{.name = one.text("name"), .service = one.text("service"), .flow = one.text("flow")};
    const Node kafka = one.node("kafka");
    if (!kafka["topic"].text().empty()) {
      stage.topic = kafka["cluster"].text() + "/" + kafka["topic"].text();
    } else if (one.has("kafka")) {
      problems.error(one.place_of("kafka"), "a Kafka stage needs its topic", "{cluster, topic}");
    }
    if (!names.insert(stage.name).second) {
      problems.error(one.place(), fmt::format("stage \"{}\" is in the chain twice", stage.name));
    }
    chain.stages.push_back(std::move(stage));
  }
  if (chain.stages.size() > kStagesMax) {
    problems.error(node.place(), fmt::format("a chain has at most {} stages", kStagesMax));
    chain.stages.clear();
    return chain;
  }
  link_stages(settings, chain, problems);
  const Node robot = node["robot"];
  chain.has_robot = robot.is_map();
  const Result<Millis> every = parse_duration(robot["every"].text());
  if (every) { chain.robot_every = *every; }
  return chain;
}

}  // namespace

std::span<const Field> service_fields() {
  return kServiceFields;
}
std::span<const Field> chain_fields() {
  return kChainFields;
}

size_t Chain::find(std::string_view stage) const {
  for (size_t i = 0; i < stages.size(); ++i) {
    if (stages[i].name == stage) { return i; }
  }
  return stages.size();
}

Settings Settings::read(const Node& root, Problems& problems) {
  Settings out;
  for (const Node::Entry& entry : root["services"].entries()) {
    const config::Settings settings = config::Settings::read(entry.value, kServiceFields, problems);
    if (out.services.size() == kServicesMax) {
      problems.error(entry.key.place(), fmt::format("at most {} services", kServicesMax));
      break;
    }
    const std::string& name = entry.key.text();
    out.services.emplace(name, Service{.name = name,
                                       .team = settings.text("team"),
                                       .environment = settings.text("environment"),
                                       .needs = read_needs(settings.node("needs"), problems),
                                       .symptoms = settings.strings("symptoms")});
  }
  for (const Node::Entry& entry : root["chains"].entries()) {
    if (out.chains.size() == kChainsMax) {
      problems.error(entry.key.place(), fmt::format("at most {} chains", kChainsMax));
      break;
    }
    const std::string& name = entry.key.text();
    out.chains.emplace(name, read_chain(name, entry.value, problems));
  }
  return out;
}

std::string Settings::sections(const Node& root) {
  json::object out;
  for (const std::string_view key : {"services", "chains"}) {
    if (!root[key].is_null()) { out.emplace(key, root[key].to_json()); }
  }
  return to_text(out);
}

namespace {

/// Depth first without recursion: a book may name ten thousand services in one line of needs.
struct CycleSearch {
  const std::map<std::string, Service>& services;
  std::set<std::string> done;

  std::vector<std::string> from(const std::string& start) {
    std::vector<std::pair<std::string, size_t>> path{{start, 0}};
    std::set<std::string> on_path{start};
    while (!path.empty()) {
      auto& [name, next] = path.back();
      const auto found = services.find(name);
      if (found == services.end() || next == found->second.needs.size()) {
        done.insert(name);
        on_path.erase(name);
        path.pop_back();
        continue;
      }
      const std::string needed = found->second.needs[next++];
      if (on_path.contains(needed)) {
        std::vector<std::string> out;
        for (const auto& [step, index] : path) {
          if (!out.empty() || step == needed) { out.push_back(step); }
        }
        out.push_back(needed);
        return out;
      }
      if (done.contains(needed)) { continue; }
      on_path.insert(needed);
      path.emplace_back(needed, 0);
    }
    return {};
  }
};

}  // namespace

std::vector<std::string> Settings::cycle() const {
  CycleSearch search{.services = services, .done = {}};
  for (const auto& [name, service] : services) {
    if (search.done.contains(name)) { continue; }
    std::vector<std::string> found = search.from(name);
    if (!found.empty()) { return found; }
  }
  return {};
}

}  // namespace vigie::topology
