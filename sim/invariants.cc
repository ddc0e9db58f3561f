#include "sim/invariants.h"

#include <fmt/core.h>

#include <map>

namespace vigie::sim {

namespace {

void check_waiting(World& world, std::vector<std::string>& out) {
  // While the disk refuses writes, steps are held back on purpose; pages are not.
  const json::value incidents = world.view("incident", "incidents");
  if (!incidents.is_array()) { return; }
  for (const json::value& item : incidents.get_array()) {
    const json::object& incident = item.get_object();
    if (get_string(incident, "state") != "open") { continue; }
    if (!get_string(incident, "muted_by").empty()) { continue; }
    const std::string id = std::to_string(get_int(incident, "id"));
    if (!world.view("oncall", "next/" + id).is_null()) { continue; }
    if (!world.view("runbook", "next/" + id).is_null()) { continue; }
    out.push_back(fmt::format("incident {} ({}) is open and nothing will happen next", id,
                              get_string(incident, "title")));
  }
}

void check_deliveries(World& world, std::vector<std::string>& out) {
  struct Seen {
    int count = 0;
    int first_life = 0;
    bool unmarked_repeat = false;
  };
  std::map<std::string, Seen> seen;
  for (const Delivered& one : world.carriers().delivered()) {
    if (std::holds_alternative<RunStep>(one.body)) { continue; }
    Seen& entry = seen[one.effect];
    if (entry.count++ == 0) { entry.first_life = one.life; }
    entry.unmarked_repeat = entry.unmarked_repeat || (entry.count > 1 && !one.repeat);
    const int crashes = one.life - entry.first_life;
    if (entry.count > 1 + crashes) {
      out.push_back(fmt::format("{} was delivered {} times with {} crashes between", one.effect,
                                entry.count, crashes));
    }
  }
  for (const auto& [effect, entry] : seen) {
    if (entry.unmarked_repeat) { out.push_back(effect + " was repeated without saying so"); }
  }
}

}  // namespace

std::vector<std::string> broken_invariants(World& world) {
  std::vector<std::string> out;
  check_waiting(world, out);
  check_deliveries(world, out);
  if (world.carriers().steps_after_done() != 0) { out.push_back("a step that was done ran again"); }
  if (world.carriers().double_starts() != 0) { out.push_back("a unit runs twice"); }
  if (world.acknowledged_lost() != 0) {
    out.push_back("an acknowledged input is not in the journal");
  }
  if (world.replay_differences() != 0) {
    out.push_back("a replay derives something else than what was recorded");
  }
  if (world.telemetry().undurable > 100'000) { out.push_back("too much is undurable"); }
  return out;
}

}  // namespace vigie::sim
