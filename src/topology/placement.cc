#include "topology/placement.h"

#include <fmt/core.h>

namespace vigie::topology {

namespace {

std::string joined(const std::vector<std::string>& names) {
  std::string out;
  for (const std::string& name : names) { out += (out.empty() ? "" : " needs ") + name; }
  return out;
}

/// The only chain that the service is a stage of, and where; nullptr when there is none or more
/// than one.
const Chain* only_chain_of(const std::string& service, const Settings& settings, size_t& stage) {
  const Chain* found = nullptr;
  for (const auto& [name, chain] : settings.chains) {
    for (size_t i = 0; i < chain.stages.size(); ++i) {
      if (chain.stages[i].service != service) { continue; }
      if (found != nullptr) { return nullptr; }
      found = &chain;
      stage = i;
    }
  }
  return found;
}

/// Puts the alert at the chain's first broken stage, else at the stage that its labels name.
void place_in_chain(const Chain& chain, const Labels& labels, const World& world,
                    Placement& placement) {
  AlertPlaced& out = placement.placed;
  out.chain = chain.name;
  const ChainState state = judge(chain, world);
  const size_t labelled = chain.find(labels.get("stage"));
  const std::optional<size_t> found = state.broken ? state.broken : state.recovering;
  size_t stage = found.value_or(labelled);
  if (found && labelled < chain.stages.size() && !comes_after(chain, labelled, *found)) {
    // The rule names a stage that the break cannot reach: it speaks of something else.
    stage = labelled;
  }
  if (stage >= chain.stages.size()) {
    out.key = "chain/" + chain.name;
    out.why = fmt::format("no stage of {} is known to be broken", chain.name);
    out.tentative = true;
    return;
  }
  const Stage& one = chain.stages[stage];
  out.stage = one.name;
  out.service = one.service;
  out.key = key_of(chain, stage);
  const bool broken = state.broken == stage;
  placement.evident = broken;
  // Also an alert of a stage that is well may be an echo: robots go round seldom.
  const auto recovery = world.recoveries.find(chain.name);
  const size_t recovered =
      recovery == world.recoveries.end() ? chain.stages.size() : chain.find(recovery->second.stage);
  out.tentative = !broken && recovered <= stage && comes_after(chain, stage, recovered);
  out.why =
      broken || out.tentative ? state.why : fmt::format("the rule names the stage {}", one.name);
}

}  // namespace

Placement place(const std::string& fingerprint, const Labels& labels, const Settings& settings,
                const World& world) {
  Placement placement;
  AlertPlaced& out = placement.placed;
  out.fingerprint = fingerprint;
  const auto chain = settings.chains.find(std::string(labels.get("chain")));
  out.service = labels.get("service");
  if (chain != settings.chains.end()) {
    place_in_chain(chain->second, labels, world, placement);
  } else if (settings.services.contains(out.service)) {
    size_t stage = 0;
    out.key = "service/" + out.service;
    placement.evident = true;
    out.why = fmt::format("the rule names the service {}", out.service);
    if (const Chain* only = only_chain_of(out.service, settings, stage)) {
      out.chain = only->name;
      out.stage = only->stages[stage].name;
    }
  } else {
    out.chain = labels.get("chain");
    out.stage = labels.get("stage");
    out.key = "alert/" + fingerprint;
    out.why = "its labels name no service and no chain of the book";
  }
  out.team = labels.get("team");
  out.environment = labels.get("environment");
  if (const auto service = settings.services.find(out.service);
      service != settings.services.end()) {
    if (out.team.empty()) { out.team = service->second.team; }
    if (out.environment.empty()) { out.environment = service->second.environment; }
    const Cause cause = cause_of(out.service, settings, world);
    if (!cause.service.empty()) {
      out.cause = "service/" + cause.service;
      out.tentative = false;
      const ServiceFacts& facts = world.services.at(cause.service);
      out.why += fmt::format("; a victim: {}, which is unhealthy{}", joined(cause.path),
                             facts.why.empty() ? "" : " (" + facts.why + ")");
    }
  }
  return placement;
}

}  // namespace vigie::topology
