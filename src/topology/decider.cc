#include "topology/decider.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/assert.h"
#include "model/codec.h"
#include "topology/placement.h"
#include "topology/topology.h"

namespace vigie::topology {

namespace {

/// The words alone (times, rates) may differ without anybody being told again.
bool same_place(const AlertPlaced& a, const AlertPlaced& b) {
  return a.chain == b.chain && a.stage == b.stage && a.service == b.service && a.team == b.team &&
         a.environment == b.environment && a.key == b.key && a.cause == b.cause;
}

}  // namespace

Effects TopologyDecider::apply(const Event& event, WallTime now) {
  Effects out;
  bool changed = false;
  if (const auto* flow = std::get_if<StageFlowChanged>(&event.body)) {
    changed = on(*flow, now);
  } else if (const auto* round = std::get_if<RobotRoundEnded>(&event.body)) {
    changed = on(*round, now);
  } else if (const auto* health = std::get_if<HealthChanged>(&event.body)) {
    changed = on(*health, now);
  } else if (const auto* book = std::get_if<BookAdopted>(&event.body)) {
    on(*book);
    changed = true;
  } else if (const auto* jumped = std::get_if<ClockJumped>(&event.body)) {
    on(*jumped);
  } else if (const auto* fired = std::get_if<AlertFired>(&event.body)) {
    on(*fired, now, out);
  } else if (const auto* resolved = std::get_if<AlertResolved>(&event.body)) {
    const auto known = state_.alerts.find(resolved->fingerprint);
    if (known != state_.alerts.end()) {
      due_known_ = due_known_ && !known->second.waits();
      state_.alerts.erase(known);
    }
  }
  const std::optional<WallTime> due = next_timer();
  if (!changed && (!due || *due > now)) { return out; }
  due_known_ = false;
  follow(now);
  place_again(now, out);
  return out;
}

void TopologyDecider::follow(WallTime now) {
  for (const auto& [name, chain] : settings_.chains) {
    follow_breaks(chain, state_.world, now, kRecoversWithin);
  }
}

/// Waits are for elapsed time; what was recorded stays as it was.
void TopologyDecider::on(const ClockJumped& event) {
  due_known_ = false;
  for (auto& [fingerprint, alert] : state_.alerts) {
    if (alert.freed_at) { *alert.freed_at += event.by; }
    if (alert.settles_at) { *alert.settles_at += event.by; }
  }
  for (auto& [chain, recovery] : state_.world.recoveries) { recovery.until += event.by; }
  for (auto& [stage, facts] : state_.world.stages) {
    if (facts.robot_doubted_until) { *facts.robot_doubted_until += event.by; }
  }
}

bool TopologyDecider::on(const StageFlowChanged& event, WallTime now) {
  const auto chain = settings_.chains.find(event.chain);
  if (chain == settings_.chains.end()) { return false; }
  if (chain->second.find(event.stage) == chain->second.stages.size()) { return false; }
  StageFacts& facts = state_.world.stages[event.chain + "/" + event.stage];
  const bool changed = facts.flow != event.flow || facts.since == WallTime{};
  if (changed) { facts.since = now; }
  const bool back = changed && event.flow == Flow::alive && facts.flow != Flow::alive;
  if (back && facts.robot && *facts.robot != RobotResult::ok) {
    facts.robot_doubted_until = now + kRecoversWithin;
  }
  facts.flow = event.flow;
  facts.value = event.value;
  if (event.flow == Flow::alive) {
    facts.was_alive = true;
    facts.alive_value = event.value;
  }
  return changed;
}

bool TopologyDecider::on(const RobotRoundEnded& event, WallTime now) {
  const auto chain = settings_.chains.find(event.chain);
  if (chain == settings_.chains.end()) { return false; }
  RobotFacts& robot = state_.world.robots[event.chain];
  robot.last_at = now;
  robot.ok = true;
  bool changed = false;
  for (const RobotStage& stage : event.stages) {
    robot.ok = robot.ok && stage.result == RobotResult::ok;
    if (chain->second.find(stage.stage) == chain->second.stages.size()) { continue; }
    StageFacts& facts = state_.world.stages[event.chain + "/" + stage.stage];
    if (facts.robot != stage.result) {
      facts.robot_since = now;
      changed = true;
    }
    changed = changed || facts.robot_doubted_until.has_value();
    facts.robot_doubted_until.reset();
    facts.robot = stage.result;
    facts.robot_detail = stage.detail;
  }
  return changed;
}

bool TopologyDecider::on(const HealthChanged& event, WallTime now) {
  if (!settings_.services.contains(event.service)) { return false; }
  ServiceFacts& facts = state_.world.services[event.service];
  const bool changed = facts.health != event.health;
  if (changed || facts.since == WallTime{}) { facts.since = now; }
  facts.failing =
      event.health == Health::unhealthy || (facts.failing && event.health == Health::starting);
  facts.health = event.health;
  // While it is started again, what was wrong with it says more than that it starts.
  if (!facts.failing || event.health == Health::unhealthy) { facts.why = event.why; }
  return changed;
}

void TopologyDecider::on(const BookAdopted& event) {
  Result<json::value> book = parse_json(event.text);
  BUG(book.has_value(), "a book in force is no JSON: {}", book.error().what);
  if (!book) { return; }
  const config::Node root = config::Node::from_json(*book);
  config::Problems ignored;
  Settings after = Settings::read(root, ignored);
  World& world = state_.world;
  world.zone = root["timezone"].text();
  // What the book no longer knows is forgotten, and so is a flow that is measured otherwise now.
  std::erase_if(world.services,
                [&](const auto& entry) { return !after.services.contains(entry.first); });
  std::erase_if(world.robots, [&](const auto& entry) {
    const auto chain = after.chains.find(entry.first);
    return chain == after.chains.end() || !chain->second.has_robot;
  });
  const auto gone = [&](const auto& entry) { return !after.chains.contains(entry.first); };
  std::erase_if(world.broken, gone);
  std::erase_if(world.recoveries, gone);
  std::map<std::string, StageFacts> kept;
  for (const auto& [name, chain] : after.chains) {
    const auto old_chain = settings_.chains.find(name);
    for (const Stage& stage : chain.stages) {
      const auto facts = world.stages.find(name + "/" + stage.name);
      if (facts == world.stages.end() || old_chain == settings_.chains.end()) { continue; }
      const size_t old_stage = old_chain->second.find(stage.name);
      if (old_stage == old_chain->second.stages.size()) { continue; }
      StageFacts one = facts->second;
      if (old_chain->second.stages[old_stage].flow != stage.flow) {
        one.flow = Flow::unknown;
        one.was_alive = false;
      }
      if (!chain.has_robot) { one.robot.reset(); }
      kept.emplace(facts->first, std::move(one));
    }
  }
  world.stages = std::move(kept);
  settings_ = std::move(after);
  state_.book = Settings::sections(root);
}

void TopologyDecider::on(const AlertFired& event, WallTime now, Effects& out) {
  const auto [it, fresh] = state_.alerts.try_emplace(event.fingerprint);
  PlacedAlert& alert = it->second;
  due_known_ = due_known_ && !alert.waits();
  alert.labels = event.labels;
  if (fresh) {
    Placement placement = place(event.fingerprint, event.labels, settings_, state_.world);
    alert.said = std::move(placement.placed);
    alert.evident = placement.evident;
    if (alert.said.tentative) { alert.settles_at = settles_at(alert.said, now); }
  } else {
    move(event.fingerprint, alert, now);
  }
  expect(alert);
  out.say(alert.said);
}

void TopologyDecider::expect(const PlacedAlert& alert) {
  for (const std::optional<WallTime>& time : {alert.freed_at, alert.settles_at}) {
    if (time && (!due_ || *time < *due_)) { due_ = time; }
  }
}

WallTime TopologyDecider::settles_at(const AlertPlaced& said, WallTime now) const {
  const auto recovery = state_.world.recoveries.find(said.chain);
  const WallTime located = now + kLocatedWithin;
  if (recovery == state_.world.recoveries.end()) { return located; }
  return std::max(located, recovery->second.until - kRecoversWithin + kEchoesWithin);
}

bool TopologyDecider::move(const std::string& fingerprint, PlacedAlert& alert, WallTime now) const {
  Placement next = place(fingerprint, alert.labels, settings_, state_.world);
  if (alert.settles_at) {
    const bool waits = next.placed.tentative && now < *alert.settles_at;
    if (waits && same_place(next.placed, alert.said)) { return false; }
    if (!waits) { alert.settles_at.reset(); }
    next.placed.tentative = waits;
    alert.said = std::move(next.placed);
    alert.evident = next.evident;
    return true;
  }
  next.placed.tentative = false;
  const bool recovers = !next.evident && alert.evident && next.placed.cause.empty() &&
                        next.placed.chain == alert.said.chain;
  const bool freed = !alert.said.cause.empty() && next.placed.cause.empty();
  if (!freed) { alert.freed_at.reset(); }
  if (freed) {
    if (!alert.freed_at) { alert.freed_at = now + kRecoversWithin; }
    if (*alert.freed_at > now) { return false; }
    alert.freed_at.reset();
    if (recovers) {
      // It stays where it broke, but answers for itself.
      alert.said.cause.clear();
      alert.said.why = "what it needs is well again, and it still fires";
      return true;
    }
  } else if (recovers) {
    return false;
  }
  if (same_place(next.placed, alert.said)) { return false; }
  alert.said = std::move(next.placed);
  alert.evident = next.evident;
  return true;
}

void TopologyDecider::place_again(WallTime now, Effects& out) {
  for (auto& [fingerprint, alert] : state_.alerts) {
    if (move(fingerprint, alert, now)) { out.say(alert.said); }
  }
}

std::optional<WallTime> TopologyDecider::next_timer() const {
  if (due_known_) { return due_; }
  std::optional<WallTime>& at = due_;
  at.reset();
  due_known_ = true;
  const auto consider = [&](const std::optional<WallTime>& time) {
    if (time && (!at || *time < *at)) { at = time; }
  };
  for (const auto& [fingerprint, alert] : state_.alerts) {
    consider(alert.freed_at);
    consider(alert.settles_at);
  }
  for (const auto& [chain, recovery] : state_.world.recoveries) { consider(recovery.until); }
  for (const auto& [stage, facts] : state_.world.stages) { consider(facts.robot_doubted_until); }
  return at;
}

json::value TopologyDecider::snapshot() const {
  return encode(state_);
}

Status TopologyDecider::restore(const json::value& snapshot) {
  VIGIE_TRY(state_, decode<TopologyState>(snapshot));
  settings_ = Settings{};
  due_known_ = false;
  if (state_.book.empty()) { return ok(); }
  Result<json::value> book = parse_json(state_.book);
  if (!book) { return error(Code::corrupt, book.error().what); }
  config::Problems ignored;
  settings_ = Settings::read(config::Node::from_json(*book), ignored);
  return ok();
}

std::unique_ptr<Decider> TopologyDecider::fresh() const {
  return std::make_unique<TopologyDecider>();
}

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<TopologyDecider>();
}

}  // namespace vigie::topology
