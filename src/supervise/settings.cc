#include "supervise/settings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <csignal>

#include "base/json.h"
#include "supervise/runtime_kind.h"

namespace vigie::supervise {

namespace {

using config::Field;
using config::FieldType;

constexpr std::string_view kOnExitChoices[] = {"stop", "leave"};
constexpr std::string_view kRestartWhenChoices[] = {"exited", "unhealthy"};

constexpr Field kRunFields[] = {
    {.name = "restart",
     .type = FieldType::text,
     .help = "after it ends: no, always, on-failure, on-failure:N (gives up after N), or "
             "unless-stopped (always, but a stop by hand holds over a restart of Vigie)",
     .fallback = "unless-stopped"},
    {.name = "restart-when",
     .type = FieldType::enumeration,
     .help = "unhealthy: also restart it when its health checks fail, at most 3 times in 10 min",
     .fallback = "exited",
     .choices = kRestartWhenChoices},
    {.name = "on-exit",
     .type = FieldType::enumeration,
     .help = "whether it ends when Vigie ends in order",
     .fallback = "stop",
     .choices = kOnExitChoices},
    {.name = "kubernetes", .type = FieldType::any, .help = "a deployment", .later = true},
    {.name = "namespace", .type = FieldType::text, .help = "of the deployment", .later = true},
    {.name = "systemd", .type = FieldType::any, .help = "a systemd unit", .later = true},
    {.name = "docker", .type = FieldType::any, .help = "a container", .later = true},
    {.name = "ec2", .type = FieldType::any, .help = "an instance", .later = true},
};

/// One section per runtime kind, made once.
std::span<const Field> runtime_fields() {
  static const std::vector<Field> fields = [] {
    std::vector<Field> out;
    for (const RuntimeKind* kind : runtime_kinds()) {
      out.push_back({.name = kind->name,
                     .type = FieldType::section,
                     .help = kind->summary,
                     .fields = config::FieldTable(kind->fields.data(), kind->fields.size())});
    }
    return out;
  }();
  return fields;
}

struct Signal {
  std::string_view name;
  int number;
};
constexpr Signal kSignals[] = {{"TERM", SIGTERM}, {"INT", SIGINT},    {"QUIT", SIGQUIT},
                               {"HUP", SIGHUP},   {"USR1", SIGUSR1},  {"USR2", SIGUSR2},
                               {"KILL", SIGKILL}, {"WINCH", SIGWINCH}};

void read_policy(const config::Settings& run, UnitSettings& out, config::Problems& problems) {
  const std::string text = run.text("restart");
  if (text == "no") {
    out.policy = Policy::no;
  } else if (text == "always") {
    out.policy = Policy::always;
  } else if (text == "unless-stopped") {
    out.policy = Policy::unless_stopped;
  } else if (text == "on-failure") {
    out.policy = Policy::on_failure;
  } else if (text.starts_with("on-failure:")) {
    out.policy = Policy::on_failure;
    const std::string_view count = std::string_view(text).substr(11);
    const auto [end, failed] =
        std::from_chars(count.data(), count.data() + count.size(), out.failures_max);
    const bool whole = failed == std::errc{} && end == count.data() + count.size();
    if (whole && out.failures_max >= 1 && out.failures_max <= 1000) { return; }
    problems.error(run.place_of("restart"), fmt::format("\"{}\" is no count", count),
                   "write it like on-failure:5");
  } else {
    problems.error(run.place_of("restart"), fmt::format("\"{}\" is no restart policy", text),
                   config::did_you_mean(text, {"no", "always", "on-failure", "unless-stopped"}));
  }
}

/// {kafka: healthy} or [kafka]; the topology room complains about what is wrong with it.
std::vector<Need> read_needs(const config::Node& needs) {
  std::vector<Need> out;
  for (const config::Node::Entry& entry : needs.entries()) {
    const config::Node& value = entry.value;
    const std::string condition = value.is_map() ? value["condition"].text() : value.text();
    out.push_back({entry.key.text(), condition == "healthy" || condition == "service_healthy"});
  }
  for (const config::Node& item : needs.items()) { out.push_back({item.text(), false}); }
  if (needs.is_scalar()) { out.push_back({needs.text(), false}); }
  std::sort(out.begin(), out.end(),
            [](const Need& a, const Need& b) { return a.service < b.service; });
  return out;
}

const RuntimeKind* runtime_of(const config::Node& run, config::Problems& problems) {
  const RuntimeKind* found = nullptr;
  for (const RuntimeKind* kind : runtime_kinds()) {
    if (!run.has(kind->name)) { continue; }
    if (found != nullptr) {
      problems.error(
          run.place_of_key(kind->name),
          fmt::format("a service runs as {} or as {}, not both", found->name, kind->name));
    }
    found = kind;
  }
  const auto later = [&](const Field& field) { return field.later && run.has(field.name); };
  if (found == nullptr && std::none_of(std::begin(kRunFields), std::end(kRunFields), later)) {
    problems.error(run.place(), "it does not say how the service runs",
                   "write run: {process: {command: …}}, or run: external");
  }
  return found;
}

void read_unit(const std::string& name, const config::Node& service,
               std::map<std::string, UnitSettings>& out, config::Problems& problems) {
  const config::Node run = service["run"];
  if (run.is_null()) { return; }
  if (run.is_scalar() && run.text() == "external") { return; }
  if (!run.is_map()) {
    problems.error(run.place(), fmt::format("run is {}, not a map", run.kind_name()),
                   "write run: {process: {command: …}}, or run: external");
    return;
  }
  if (name.find_first_of("/ \n\t") != std::string::npos || name.starts_with('.') ||
      name.size() > 100) {
    problems.error(run.place(), fmt::format("\"{}\" cannot be the name of a unit", name),
                   "it names files: no blank, no slash, no dot in front, at most 100 characters");
    return;
  }
  const auto settings = config::Settings::read(run, kRunFields, runtime_fields(), problems);
  const RuntimeKind* kind = runtime_of(run, problems);
  if (kind == nullptr) { return; }
  UnitSettings unit{.runtime = std::string(kind->name)};
  const config::Settings section = settings.section(kind->name);
  if (kind->check != nullptr && section.node().is_map()) { kind->check(section, problems); }
  unit.run = to_text(section.node().to_json());
  read_policy(settings, unit, problems);
  unit.restart_unhealthy = settings.text("restart-when") == "unhealthy";
  unit.leave_on_exit = settings.text("on-exit") == "leave";
  const config::Node stop = section.node()["stop"];
  if (const auto signal = parse_signal(stop["signal"].text()); signal) { unit.signal = *signal; }
  if (const auto grace = parse_duration(stop["grace"].text()); grace) { unit.grace = *grace; }
  unit.needs = read_needs(service["needs"]);
  unit.has_health = service["health"].size() > 0;
  if (unit.restart_unhealthy && !unit.has_health) {
    problems.error(settings.place_of("restart-when"), "nothing checks this service's health",
                   "add health: [{http: …}]");
  }
  out.emplace(name, std::move(unit));
}

}  // namespace

std::map<std::string, UnitSettings> read_units(const config::Node& root,
                                               config::Problems& problems) {
  std::map<std::string, UnitSettings> out;
  const config::Node services = root["services"];
  for (const config::Node::Entry& entry : services.entries()) {
    read_unit(entry.key.text(), entry.value, out, problems);
  }
  return out;
}

std::span<const Field> run_fields() {
  return kRunFields;
}

Result<int> parse_signal(std::string_view text) {
  std::string_view name = text;
  if (name.starts_with("SIG")) { name.remove_prefix(3); }
  for (const Signal& signal : kSignals) {
    if (signal.name == name || std::to_string(signal.number) == text) { return signal.number; }
  }
  return error(Code::invalid, fmt::format("\"{}\" is no signal: TERM, INT, QUIT, HUP, USR1, USR2, "
                                          "KILL or WINCH",
                                          text));
}

const RuntimeKind* find_runtime(std::string_view name) {
  for (const RuntimeKind* kind : runtime_kinds()) {
    if (kind->name == name) { return kind; }
  }
  return nullptr;
}

}  // namespace vigie::supervise
