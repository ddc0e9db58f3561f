#include "sim/invariants.h"

#include <fmt/core.h>

#include <map>
#include <set>

namespace vigie::sim {

namespace {

/// The longest wait of a random book's paths, runs and last resort, with what may hold it up.
constexpr Millis kHeardWithin = 40min;
constexpr size_t kPendingMax = 1'000;

std::string broken_wait(World& world) {
  for (const auto& [id, incident] : world.witness().unanswered()) {
    const std::string path = fmt::format("next/{}", id);
    if (world.view("oncall", path).is_null() && world.view("runbook", path).is_null()) {
      return fmt::format("incident {} ({}) is open and nothing will happen next", id,
                         incident.title);
    }
    if (world.mono() - incident.heard > kHeardWithin) {
      return fmt::format("incident {} ({}) is open and nothing was done about it for {}", id,
                         incident.title, humanize_duration(kHeardWithin));
    }
  }
  return "";
}

std::set<std::string> pending(const World& world) {
  std::set<std::string> out;
  for (const auto& owed : world.rows().effects) { out.insert(owed.effect.id.text); }
  return out;
}

/// How each alert was told last, by receiver and fingerprint. What left from memory may be
/// forgotten by a crash, and with it that it was said.
struct Told {
  std::string durably, at_all;
};
std::map<std::pair<std::string, std::string>, Told> told(World& world) {
  std::map<std::pair<std::string, std::string>, Told> out;
  for (const Delivered& one : world.carriers().delivered()) {
    const auto* notify = std::get_if<Notify>(&one.body);
    if (notify == nullptr) { continue; }
    const bool from_memory = one.key.find("-memory-") != std::string::npos;
    const auto payload = parse_json(notify->payload);
    for (const json::value& item : *get_array(payload->get_object(), "alerts")) {
      const json::object& alert = item.get_object();
      Told& last = out[{notify->receiver, get_string(alert, "fingerprint")}];
      last.at_all = get_string(alert, "status");
      if (!from_memory || last.at_all == "resolved") { last.durably = last.at_all; }
    }
  }
  return out;
}

std::string broken_telling(World& world) {
  const auto last = told(world);
  std::set<std::string> firing;
  const json::value alerts = world.view("alerting", "alerts");
  for (const json::value& item : alerts.get_array()) {
    const json::object& alert = item.get_object();
    if (get_string(alert, "state") != "firing") { continue; }
    const std::string name = get_string(alert, "fingerprint");
    firing.insert(name);
    if (!alert.at("muted_by").is_null() || !alert.at("cause").is_null()) { continue; }
    for (const json::value& receiver : *get_array(alert, "receivers")) {
      const auto found = last.find({std::string(view_of(receiver.get_string())), name});
      const bool knows = found != last.end() &&
                         (found->second.durably == "firing" || found->second.at_all == "firing");
      if (knows) { continue; }
      const std::string reason = get_string(alert, "reason");
      if (reason.find("is told at") != std::string::npos) { continue; }
      if (reason.find("inhibited by") != std::string::npos) { continue; }
      return fmt::format("alert {} fires and a receiver was not told: {}", name,
                         get_string(alert, "reason"));
    }
  }
  for (const auto& [to, status] : last) {
    if (status.durably == "firing" && !firing.contains(to.second)) {
      return fmt::format("{} was never told that alert {} is over", to.first, to.second);
    }
  }
  return "";
}

}  // namespace

std::string broken_invariant(World& world) {
  for (const auto* broken :
       {&world.witness().broken(), &world.carriers().broken(), &world.broken()}) {
    if (!broken->empty()) { return broken->front(); }
  }
  const auto telemetry = world.telemetry();
  if (telemetry.undurable > 100'000) { return "too much is undurable"; }
  if (telemetry.pending > kPendingMax) { return "too many effects are under way"; }
  return broken_wait(world);
}

void well_again(World& world) {
  world.refuse_writes(std::nullopt);
  world.carriers().conditions = {};
  world.forward(1h);
}

std::string broken_when_well(World& world, bool telling) {
  const std::set<std::string> before = pending(world);
  world.forward(1h);
  for (const std::string& id : pending(world)) {
    if (before.contains(id)) { return id + " has no outcome"; }
  }
  return telling ? broken_telling(world) : std::string();
}

}  // namespace vigie::sim
