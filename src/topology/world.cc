#include "topology/world.h"

#include "base/zone.h"

#include <fmt/core.h>

#include <algorithm>
#include <set>

namespace vigie::topology {

namespace {

const StageFacts kNoStage;

/// What one stage's own signals say of its output.
enum class Output : uint8_t { flows, stopped, unsure };

/// A signal that a stage is broken, since when, with the words for it.
struct Verdict {
  Output output = Output::unsure;
  std::string why;
  WallTime since{};
};

std::string clock_of(WallTime t, const World& world) {
  const Result<Zone> zone = find_zone(world.zone);
  const CivilDay day = civil_day(local_of(t, zone ? *zone : Zone()));
  const int64_t seconds = day.since_midnight / 1s;
  return fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string rate(double value) {
  return value >= 100 ? fmt::format("{:.0f}/s", value) : fmt::format("{:.1f}/s", value);
}

Verdict verdict_of(const Stage& stage, const StageFacts& facts, const World& world) {
  if (facts.flow == Flow::dead) {
    return {Output::stopped,
            fmt::format("nothing flows out since {}", clock_of(facts.since, world)), facts.since};
  }
  if (facts.robot && *facts.robot != RobotResult::ok && !facts.robot_doubted_until) {
    return {Output::stopped,
            fmt::format("the robot's message is {}{} since {}", word_of(*facts.robot),
                        facts.robot_detail.empty() ? "" : " (" + facts.robot_detail + ")",
                        clock_of(facts.robot_since, world)),
            facts.robot_since};
  }
  if (!stage.service.empty() && world.failing(stage.service)) {
    const ServiceFacts& service = world.services.at(stage.service);
    return {Output::stopped,
            fmt::format("service {} is unhealthy since {}{}", stage.service,
                        clock_of(service.since, world),
                        service.why.empty() ? "" : " (" + service.why + ")"),
            service.since};
  }
  if (facts.flow == Flow::unknown && facts.was_alive) {
    return {Output::stopped,
            fmt::format("its flow is not measured any more since {}", clock_of(facts.since, world)),
            facts.since};
  }
  const bool seen = facts.flow == Flow::alive || (facts.robot && *facts.robot == RobotResult::ok);
  const bool healthy = !stage.service.empty() && world.health(stage.service) == Health::healthy &&
                       stage.flow.empty();
  return {seen || healthy ? Output::flows : Output::unsure, "", {}};
}

std::string inflow_words(const Chain& chain, const Stage& stage, const World& world) {
  std::string out;
  for (const size_t i : stage.after) {
    const StageFacts& facts = world.stage(chain.name, chain.stages[i].name);
    if (facts.flow != Flow::alive) { continue; }
    out += fmt::format("{}{} still delivers {}", out.empty() ? "" : " and ", chain.stages[i].name,
                       rate(facts.alive_value));
  }
  return out;
}

}  // namespace

std::string_view name_of(StageState state) {
  switch (state) {
    case StageState::ok:
      return "ok";
    case StageState::broken:
      return "broken";
    case StageState::starved:
      return "starved";
    case StageState::unknown:
      return "unknown";
  }
  return "unknown";
}

const StageFacts& World::stage(const std::string& chain, const std::string& name) const {
  const auto found = stages.find(chain + "/" + name);
  return found == stages.end() ? kNoStage : found->second;
}

Health World::health(const std::string& service) const {
  const auto found = services.find(service);
  return found == services.end() ? Health::unknown : found->second.health;
}

bool comes_after(const Chain& chain, size_t stage, size_t before) {
  std::vector<bool> behind(chain.stages.size(), false);
  behind[before] = true;
  for (size_t i = before + 1; i <= stage; ++i) {
    for (const size_t input : chain.stages[i].after) { behind[i] = behind[i] || behind[input]; }
  }
  return behind[stage];
}

bool World::failing(const std::string& service) const {
  const auto found = services.find(service);
  return found != services.end() && found->second.failing;
}

ChainState judge(const Chain& chain, const World& world) {
  ChainState out;
  const auto recovery = world.recoveries.find(chain.name);
  const size_t recovered =
      recovery == world.recoveries.end() ? chain.stages.size() : chain.find(recovery->second.stage);
  const auto lags = [&](size_t stage, const Verdict& verdict) {
    return stage > recovered && verdict.since <= recovery->second.at &&
           comes_after(chain, stage, recovered);
  };
  for (size_t i = 0; i < chain.stages.size(); ++i) {
    const Stage& stage = chain.stages[i];
    const Verdict verdict = verdict_of(stage, world.stage(chain.name, stage.name), world);
    // A stage gets its input unless one that it comes after is known not to give any. Stages
    // without a signal of their own pass on the judgement of those before them.
    const bool starved = std::ranges::any_of(stage.after, [&](size_t before) {
      return out.stages[before] == StageState::broken || out.stages[before] == StageState::starved;
    });
    StageState state = StageState::unknown;
    if (verdict.output == Output::flows) {
      state = StageState::ok;
    } else if (starved) {
      state = StageState::starved;
    } else if (verdict.output == Output::stopped && lags(i, verdict)) {
      state = StageState::starved;
      if (!out.recovering) {
        out.recovering = recovered;
        out.why = fmt::format("{} is well again, {} still lags: {}", recovery->second.stage,
                              stage.name, verdict.why);
      }
    } else if (verdict.output == Output::stopped) {
      state = StageState::broken;
    }
    out.stages.push_back(state);
    if (state != StageState::broken || out.broken) { continue; }
    out.broken = i;
    out.recovering.reset();
    out.why = fmt::format("{}: {}", stage.name, verdict.why);
    const std::string inflow = inflow_words(chain, stage, world);
    if (!inflow.empty()) { out.why += " while " + inflow; }
  }
  return out;
}

void follow_breaks(const Chain& chain, World& world, WallTime now, Millis recovers_within) {
  if (const auto known = world.recoveries.find(chain.name);
      known != world.recoveries.end() && known->second.until <= now) {
    world.recoveries.erase(known);
  }
  for (const Stage& stage : chain.stages) {
    const auto facts = world.stages.find(chain.name + "/" + stage.name);
    if (facts == world.stages.end()) { continue; }
    std::optional<WallTime>& doubted = facts->second.robot_doubted_until;
    if (doubted && *doubted <= now) { doubted.reset(); }
  }
  std::string& before = world.broken[chain.name];
  ChainState state = judge(chain, world);
  const size_t old = before.empty() ? chain.stages.size() : chain.find(before);
  const bool was_broken = old < chain.stages.size();
  const bool well = was_broken && state.stages[old] == StageState::ok;
  if (well && (!state.broken || comes_after(chain, *state.broken, old))) {
    world.recoveries[chain.name] =
        Recovery{.stage = before, .at = now, .until = now + recovers_within};
    state = judge(chain, world);
  } else if (state.broken && world.recoveries.contains(chain.name) &&
             *state.broken <= chain.find(world.recoveries.at(chain.name).stage)) {
    world.recoveries.erase(chain.name);
  }
  before = state.broken ? chain.stages[*state.broken].name : "";
}

Cause cause_of(const std::string& service, const Settings& settings, const World& world) {
  Cause deepest;
  std::vector<std::vector<std::string>> open{{service}};
  std::set<std::string> seen{service};
  // Breadth first, so that among equals the nearest path is the one shown; the last found that
  // has no unhealthy need of its own is the deepest.
  for (size_t i = 0; i < open.size(); ++i) {
    const std::vector<std::string> path = open[i];
    const auto found = settings.services.find(path.back());
    if (found == settings.services.end()) { continue; }
    for (const std::string& need : found->second.needs) {
      const bool failing = world.failing(need);
      // One that nobody looks at may be what passes the trouble on, but is not blamed.
      if (!failing && world.health(need) != Health::unknown) { continue; }
      if (!seen.insert(need).second) { continue; }
      std::vector<std::string> longer = path;
      longer.push_back(need);
      if (failing && longer.size() > deepest.path.size()) {
        deepest.service = need;
        deepest.path = longer;
      }
      open.push_back(std::move(longer));
    }
  }
  return deepest;
}

std::string key_of(const Chain& chain, size_t stage) {
  const Stage& one = chain.stages[stage];
  if (!one.service.empty()) { return "service/" + one.service; }
  if (!one.topic.empty()) { return "topic/" + one.topic; }
  return fmt::format("stage/{}/{}", chain.name, one.name);
}

}  // namespace vigie::topology
