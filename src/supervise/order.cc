#include "supervise/order.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace vigie::supervise {

namespace {

bool is_checked(const State& state, const std::string& service) {
  return std::binary_search(state.checked.begin(), state.checked.end(), service);
}

bool is_healthy(const State& state, const std::string& service) {
  const auto found = state.health.find(service);
  return found != state.health.end() && found->second == Health::healthy;
}

bool holds(const State& state, const Need& need) {
  const auto unit = state.units.find(need.service);
  if (unit != state.units.end()) {
    const bool lives = unit->second.pid != 0 && unit->second.pending == Pending::nothing;
    if (!lives || !need.healthy) { return lives; }
    if (!unit->second.settings.has_health) { return unit->second.state == UnitState::running; }
    return is_healthy(state, need.service);
  }
  if (!need.healthy || !is_checked(state, need.service)) { return true; }
  return is_healthy(state, need.service);
}

bool needs(const State& state, const std::string& from, const std::string& to,
           std::set<std::string>& seen) {
  const auto unit = state.units.find(from);
  if (unit == state.units.end() || !seen.insert(from).second) { return false; }
  for (const Need& need : unit->second.settings.needs) {
    if (need.service == to || needs(state, need.service, to, seen)) { return true; }
  }
  return false;
}

bool needs(const State& state, const std::string& from, const std::string& to) {
  std::set<std::string> seen;
  return needs(state, from, to, seen);
}

void visit(const State& state, const std::string& name, std::set<std::string>& seen,
           std::vector<std::string>& started) {
  const auto unit = state.units.find(name);
  if (unit == state.units.end() || !seen.insert(name).second) { return; }
  for (const Need& need : unit->second.settings.needs) {
    visit(state, need.service, seen, started);
  }
  started.push_back(name);
}

}  // namespace

std::optional<std::string> unmet_need(const State& state, const Unit& unit) {
  for (const Need& need : unit.settings.needs) {
    if (holds(state, need)) { continue; }
    return fmt::format("{} is not {}", need.service, need.healthy ? "healthy" : "started");
  }
  return std::nullopt;
}

std::string stops_before(const State& state, const std::string& name) {
  for (const auto& [other, unit] : state.units) {
    if (other == name || unit.pid == 0 || unit.wanted) { continue; }
    // In a circle neither waits for the other.
    if (needs(state, other, name) && !needs(state, name, other)) { return other; }
  }
  return "";
}

std::vector<std::string> stop_order(const State& state) {
  std::set<std::string> seen;
  std::vector<std::string> started;
  for (const auto& [name, unit] : state.units) { visit(state, name, seen, started); }
  std::reverse(started.begin(), started.end());
  return started;
}

}  // namespace vigie::supervise
