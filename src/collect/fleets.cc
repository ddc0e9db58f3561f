#include "collect/fleets.h"

#include <fmt/core.h>

#include "base/disk.h"
#include "base/log.h"
#include "collect/fleet_log.h"
#include "collect/tables.h"
#include "config/field.h"
#include "net/net.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Millis kTick = 1s, kSampleEvery = 5s, kSaveEvery = 30s;
constexpr size_t kFileBytesMax = 1ULL << 30;
constexpr uint32_t kFileMode = 0600;

constexpr Field kFields[] = {
    {.name = "inactive-after",
     .type = FieldType::duration,
     .help = "a device not heard for this long is silent",
     .fallback = "10m",
     .least = 1},
    {.name = "forget-after",
     .type = FieldType::duration,
     .help = "a device silent for this long is no longer counted",
     .fallback = "30d",
     .least = 1},
    {.name = "devices-max",
     .type = FieldType::integer,
     .help = "devices beyond this are refused",
     .fallback = "2000000",
     .least = 1,
     .most = 50'000'000},
    {.name = "degraded-above",
     .type = FieldType::number,
     .help = "the share of silent devices that is too many",
     .fallback = "0.1",
     .least = 0,
     .most = 1},
    {.name = "intake",
     .type = FieldType::any,
     .help = "how heartbeats come in; http: true is POST /hooks/heartbeat/FLEET/DEVICE"},
};

void check_intake(const config::Node& list, config::Problems& problems) {
  if (!list.is_null() && !list.is_sequence()) {
    problems.error(list.place(), "intake must be a list", "write it as [{http: true}]");
  }
  for (const config::Node& item : list.items()) {
    for (const auto& [key, value] : item.entries()) {
      if (key.text() == "http") { continue; }
      if (key.text() == "kafka" || key.text() == "mqtt") {
        problems.warn(key.place(),
                      fmt::format("{} intake is not in this release; only http is", key.text()));
      } else {
        problems.error(key.place(), fmt::format("unknown intake \"{}\"", key.shown()),
                       config::did_you_mean(key.text(), {"http", "kafka", "mqtt"}));
      }
    }
  }
}

}  // namespace

struct Fleets::Fleet {
  explicit Fleet(FleetSettings s)
      : settings(std::move(s)), table(std::make_unique<FleetTable>(settings.inactive_after)) {}
  FleetSettings settings;
  std::unique_ptr<FleetTable> table;
  std::unique_ptr<FleetLog> log;  ///< nullptr: nothing is kept.
  uint64_t beats = 0, refused = 0;
  bool changed = false, sampled_change = true, degraded = false;
};

/// The fleets' own pace; Fleets outlives it.
class Fleets::Tick final : public Job {
 public:
  explicit Tick(Fleets& fleets) : fleets_(fleets) {}
  Pace pace() const override { return {.every = kTick, .seed = 0}; }
  Task<void> round(WallTime at) override {
    fleets_.tick(at);
    co_return;
  }

 private:
  Fleets& fleets_;
};

std::span<const Field> fleet_fields() {
  return kFields;
}

std::vector<FleetSettings> read_fleets(const config::Node& root, config::Problems& problems) {
  std::vector<FleetSettings> out;
  for (const auto& [name, node] : root["fleets"].entries()) {
    const auto settings = config::Settings::read(node, kFields, problems);
    check_intake(settings.node("intake"), problems);
    out.push_back({.name = name.text(),
                   .inactive_after = settings.duration("inactive-after"),
                   .forget_after = settings.duration("forget-after"),
                   .devices_max = static_cast<uint64_t>(settings.integer("devices-max")),
                   .degraded_above = settings.number("degraded-above")});
    if (out.back().forget_after < out.back().inactive_after) {
      problems.error(settings.place_of("forget-after"),
                     "forget-after is shorter than inactive-after");
    }
  }
  return out;
}

Fleets::Fleets(Loop& loop, Rounds& rounds, std::string dir, SampleSink sink, FactSink facts)
    : loop_(loop),
      rounds_(rounds),
      dir_(std::move(dir)),
      facts_(std::move(facts)),
      target_(Labels{{"job", "fleets"}}, std::move(sink)) {
  if (!dir_.empty()) { writer_ = std::make_unique<Pool>("fleets", 1, 64); }
}

Fleets::~Fleets() {
  if (writer_ != nullptr) { writer_->stop(); }
}

std::string Fleets::path_of(const std::string& name) const {
  return dir_ + "/" + net::url_encode(name) + ".fleet";
}

void Fleets::adopt(const std::vector<FleetSettings>& settings) {
  auto before = std::exchange(fleets_, {});
  const WallTime now = loop_.clock().wall();
  for (const FleetSettings& wanted : settings) {
    std::unique_ptr<Fleet>& fleet = fleets_[wanted.name];
    const auto known = before.find(wanted.name);
    if (known != before.end()) {
      fleet = std::move(known->second);
      fleet->settings = wanted;
      fleet->table->set_inactive_after(wanted.inactive_after);
      continue;
    }
    fleet = std::make_unique<Fleet>(wanted);
    if (!dir_.empty()) { load(*fleet, now); }
  }
  if (!fleets_.empty() && !rounds_.has("fleets")) {
    rounds_.start("fleets", std::make_shared<Tick>(*this));
  } else if (fleets_.empty()) {
    rounds_.end("fleets");
    target_.end(now);
  }
}

void Fleets::load(Fleet& fleet, WallTime now) {
  const std::string& name = fleet.settings.name;
  const Result<std::string> bytes = real_disk().read_file(path_of(name), kFileBytesMax);
  if (bytes) {
    auto table = FleetTable::decode(*bytes, fleet.settings.inactive_after, now);
    if (table) {
      fleet.table = *std::move(table);
    } else {
      log::warn("collect", "fleet {} begins empty: {}", name, table.error().what);
    }
  } else if (bytes.error().code != Code::not_found) {
    log::warn("collect", "fleet {}: {}", name, bytes.error().what);
  }
  fleet.log = std::make_unique<FleetLog>(path_of(name));
  const Status read = fleet.log->read([&](std::string_view device) {
    // As those of the image: Vigie's absence is no silence of theirs.
    const Result<bool> known = fleet.table->beat(device, now, fleet.settings.devices_max);
    fleet.changed |= known.has_value();
  });
  if (!read) { log::warn("collect", "fleet {}: {}", name, read.error().what); }
}

Status Fleets::heartbeat(std::string_view name, std::string_view device, WallTime at) {
  const auto found = fleets_.find(name);
  if (found == fleets_.end()) {
    return error(Code::not_found, fmt::format("there is no fleet \"{:.80}\"", name));
  }
  Fleet& fleet = *found->second;
  const uint64_t devices = fleet.table->size();
  Result<bool> beat = fleet.table->beat(device, at, fleet.settings.devices_max);
  if (!beat) {
    ++fleet.refused;
    return std::move(beat).error();
  }
  ++fleet.beats;
  fleet.changed = true;
  fleet.sampled_change |= *beat;
  const bool is_new = fleet.table->size() != devices;
  if (!is_new || fleet.log == nullptr) { return ok(); }
  const Status written = fleet.log->add(device);
  if (written) { return ok(); }
  return error(Code::exhausted, "heard, but in memory only: " + written.error().what);
}

void Fleets::tick(WallTime now) {
  bool changed = false;
  for (auto& [name, fleet] : fleets_) {
    if (fleet->table->expire(now, fleet->settings.forget_after) != 0) {
      fleet->sampled_change = fleet->changed = true;
    }
    changed |= std::exchange(fleet->sampled_change, false);
    judge(*fleet, now);
  }
  if (changed || now - sampled_at_ >= kSampleEvery || now < sampled_at_) {
    TextWriter out;
    append_metrics(out);
    target_.accept(out.text(), now);
    sampled_at_ = now;
  }
  if (now - saved_at_ < kSaveEvery && now >= saved_at_) { return; }
  saved_at_ = now;
  for (auto& [name, fleet] : fleets_) { save(*fleet, now); }
}

void Fleets::judge(Fleet& fleet, WallTime now) {
  const FleetTable::Counts& counts = fleet.table->counts();
  const double all = static_cast<double>(counts.active + counts.inactive);
  const double share = all == 0 ? 0 : static_cast<double>(counts.inactive) / all;
  // Half of the bound ends it, so that a share around the bound is said once.
  const double bound = fleet.settings.degraded_above * (fleet.degraded ? 0.5 : 1);
  const bool degraded = share > bound;
  if (degraded == fleet.degraded) { return; }
  fleet.degraded = degraded;
  facts_({now, FleetChanged{fleet.settings.name, degraded, counts.active, counts.inactive,
                            fmt::format("{} of {} devices are silent", counts.inactive,
                                        counts.active + counts.inactive)}});
}

void Fleets::save(Fleet& fleet, WallTime now) {
  if (dir_.empty() || !std::exchange(fleet.changed, false)) { return; }
  std::string bytes = fleet.table->encode(now);
  std::vector<std::string> logs = fleet.log->turn();
  Status queued = writer_->submit([path = path_of(fleet.settings.name), dir = dir_,
                                   bytes = std::move(bytes), logs = std::move(logs)] {
    Status made = real_disk().make_dirs(dir);
    if (made) { made = real_disk().write_file_atomic(path, bytes, kFileMode); }
    if (made) { return FleetLog::drop(logs); }
    // The logs stay, and are read at the next start.
    log::error("collect", "fleet file: {}", made.error().what);
  });
  if (!queued) { fleet.changed = true; }
}

void Fleets::save_all() {
  const WallTime now = loop_.clock().wall();
  for (auto& [name, fleet] : fleets_) {
    if (dir_.empty()) { return; }
    fleet->changed = false;
    const std::vector<std::string> logs = fleet->log->turn();
    Status saved = real_disk().make_dirs(dir_);
    if (saved) {
      saved = real_disk().write_file_atomic(path_of(name), fleet->table->encode(now), kFileMode);
    }
    if (saved) {
      FleetLog::drop(logs);
    } else {
      log::error("collect", "fleet file: {}", saved.error().what);
    }
  }
}

json::object Fleets::summary(const Fleet& fleet) {
  const FleetTable::Counts& counts = fleet.table->counts();
  return {{"name", fleet.settings.name},
          {"devices", counts.active + counts.inactive},
          {"active", counts.active},
          {"inactive", counts.inactive},
          {"inactive_after_ms", fleet.settings.inactive_after.count()}};
}

Result<json::object> Fleets::fleet_json(std::string_view name, bool inactive_only,
                                        size_t limit) const {
  const auto found = fleets_.find(name);
  if (found == fleets_.end()) {
    return error(Code::not_found, fmt::format("there is no fleet \"{:.80}\"", name));
  }
  json::object out = summary(*found->second);
  json::array devices;
  for (const FleetTable::Device& device : found->second->table->list(inactive_only, limit)) {
    devices.push_back(json::object{
        {"device", device.name}, {"last_at", rfc3339(device.last)}, {"active", device.active}});
  }
  out["list"] = std::move(devices);
  return out;
}

json::array Fleets::fleets_json() const {
  json::array out;
  for (const auto& [name, fleet] : fleets_) { out.push_back(summary(*fleet)); }
  return out;
}

void Fleets::append_metrics(TextWriter& out) const {
  if (fleets_.empty()) { return; }
  out.family("vigie_fleet_devices", "gauge", "Devices of the fleet, by whether they are heard.");
  for (const auto& [name, fleet] : fleets_) {
    const FleetTable::Counts& counts = fleet->table->counts();
    out.sample("vigie_fleet_devices", {{"fleet", name}, {"state", "active"}},
               static_cast<double>(counts.active));
    out.sample("vigie_fleet_devices", {{"fleet", name}, {"state", "inactive"}},
               static_cast<double>(counts.inactive));
  }
  out.family("vigie_fleet_transitions_total", "counter", "Devices that came back or fell silent.");
  for (const auto& [name, fleet] : fleets_) {
    const FleetTable::Counts& counts = fleet->table->counts();
    out.sample("vigie_fleet_transitions_total", {{"fleet", name}, {"to", "active"}},
               static_cast<double>(counts.came));
    out.sample("vigie_fleet_transitions_total", {{"fleet", name}, {"to", "inactive"}},
               static_cast<double>(counts.went));
  }
  out.family("vigie_fleet_heartbeats_total", "counter", "Heartbeats taken.");
  for (const auto& [name, fleet] : fleets_) {
    out.sample("vigie_fleet_heartbeats_total", {{"fleet", name}},
               static_cast<double>(fleet->beats));
  }
  out.family("vigie_fleet_refused_total", "counter", "Heartbeats refused: name or number.");
  for (const auto& [name, fleet] : fleets_) {
    out.sample("vigie_fleet_refused_total", {{"fleet", name}}, static_cast<double>(fleet->refused));
  }
}

}  // namespace vigie::collect
