#include "model/codec.h"
#include "model/view.h"
#include "topology/decider.h"

namespace vigie::topology {

namespace {

json::array names(const std::vector<std::string>& list) {
  json::array out;
  for (const std::string& name : list) { out.push_back(json::value(name)); }
  return out;
}

}  // namespace

json::value TopologyDecider::service_view(const Service& service) const {
  const auto found = state_.world.services.find(service.name);
  const ServiceFacts facts = found == state_.world.services.end() ? ServiceFacts{} : found->second;
  const bool known = found != state_.world.services.end();
  return json::object{
      {"name", service.name},
      {"team", text_or_null(service.team)},
      {"environment", text_or_null(service.environment)},
      {"health", word_of(facts.health)},
      {"why", text_or_null(facts.why)},
      {"since", known ? json::value(rfc3339(facts.since)) : json::value(nullptr)},
      {"needs", names(service.needs)},
      {"cause", text_or_null(cause_of(service.name, settings_, state_.world).service)},
      {"symptoms", names(service.symptoms)}};
}

json::value TopologyDecider::chain_view(const Chain& chain) const {
  const ChainState judged = judge(chain, state_.world);
  json::array stages;
  bool all_ok = true;
  for (size_t i = 0; i < chain.stages.size(); ++i) {
    const Stage& stage = chain.stages[i];
    const StageFacts& facts = state_.world.stage(chain.name, stage.name);
    all_ok = all_ok && judged.stages[i] == StageState::ok;
    json::array after;
    for (const size_t before : stage.after) {
      after.push_back(json::value(chain.stages[before].name));
    }
    stages.push_back(json::object{
        {"name", stage.name},
        {"service", text_or_null(stage.service)},
        {"state", name_of(judged.stages[i])},
        {"flow", facts.flow == Flow::unknown ? json::value(nullptr) : json::value(facts.value)},
        {"robot", facts.robot ? json::value(word_of(*facts.robot)) : json::value(nullptr)},
        {"after", std::move(after)}});
  }
  json::value robot = nullptr;
  if (chain.has_robot) {
    const auto found = state_.world.robots.find(chain.name);
    const bool known = found != state_.world.robots.end();
    robot = json::object{
        {"every_ms", chain.robot_every.count()},
        {"last_at", known ? json::value(rfc3339(found->second.last_at)) : json::value(nullptr)},
        {"last", known ? json::value(found->second.ok ? "ok" : "failed") : json::value(nullptr)}};
  }
  const std::string broken = judged.broken ? chain.stages[*judged.broken].name : "";
  return json::object{{"name", chain.name},
                      {"state", judged.broken ? "broken" : (all_ok ? "ok" : "unknown")},
                      {"broken_stage", text_or_null(broken)},
                      {"why", text_or_null(judged.why)},
                      {"stages", std::move(stages)},
                      {"robot", std::move(robot)}};
}

json::value TopologyDecider::view(std::string_view path, WallTime) const {
  json::array out;
  if (path == "services") {
    for (const auto& [name, service] : settings_.services) { out.push_back(service_view(service)); }
    return out;
  }
  if (path == "chains") {
    for (const auto& [name, chain] : settings_.chains) { out.push_back(chain_view(chain)); }
    return out;
  }
  return nullptr;
}

}  // namespace vigie::topology
