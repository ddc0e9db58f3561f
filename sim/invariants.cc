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
  const auto& unanswered = world.witness().unanswered();
  std::vector<uint64_t> ids;
  for (const auto& [id, incident] : unanswered) {
    ids.push_back(id);
    if (world.mono() - incident.heard > kHeardWithin) {
      return fmt::format("incident {} ({}) is open and nothing was done about it for {}", id,
                         incident.title, humanize_duration(kHeardWithin));
    }
  }
  const uint64_t forgotten = world.without_next(ids);
  if (forgotten == 0) { return ""; }
  return fmt::format("incident {} ({}) is open and nothing will happen next", forgotten,
                     unanswered.at(forgotten).title);
}

std::set<std::string> pending(const World& world) {
  std::set<std::string> out;
  for (const auto& owed : world.rows().effects) { out.insert(owed.effect.id.text); }
  return out;
}

/// The last word about each alert, by receiver and fingerprint. What left from memory and was
/// forgotten by a crash does not count: Vigie cannot know that it was said, only the next repeat
/// mends what the receiver believes.
std::map<std::pair<std::string, std::string>, std::string> last_words(World& world) {
  std::map<std::pair<std::string, std::string>, std::string> out;
  for (const Delivered& one : world.carriers().delivered()) {
    const auto* notify = std::get_if<Notify>(&one.body);
    if (notify == nullptr || one.forgotten) { continue; }
    const auto payload = parse_json(notify->payload);
    for (const json::value& item : *get_array(payload->get_object(), "alerts")) {
      const json::object& alert = item.get_object();
      out[{notify->receiver, get_string(alert, "fingerprint")}] = get_string(alert, "status");
    }
  }
  return out;
}

std::string broken_telling(World& world) {
  const auto last = last_words(world);
  std::set<std::string> firing;
  const json::value alerts = world.view("alerting", "alerts");
  for (const json::value& item : alerts.get_array()) {
    const json::object& alert = item.get_object();
    if (get_string(alert, "state") != "firing") { continue; }
    const std::string name = get_string(alert, "fingerprint");
    const std::string reason = get_string(alert, "reason");
    firing.insert(name);
    // Victims and inhibited alerts are kept back; they may have been told before they were that.
    if (!alert.at("muted_by").is_null() || !alert.at("cause").is_null()) { continue; }
    if (reason.find("inhibited by") != std::string::npos) { continue; }
    for (const json::value& receiver : *get_array(alert, "receivers")) {
      const auto found = last.find({std::string(view_of(receiver.get_string())), name});
      if (found != last.end() && found->second == "firing") { continue; }
      return fmt::format("alert {} fires and a receiver was not told: {}", name, reason);
    }
  }
  for (const auto& [to, status] : last) {
    if (status == "firing" && !firing.contains(to.second)) {
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
