// The part of the book that names probes: `probes` and every `services.X.health`.

#include <fmt/core.h>

#include <set>

#include "collect/exposition.h"
#include "collect/probing.h"
#include "collect/tables.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

constexpr Field kCommon[] = {
    {.name = "every",
     .type = FieldType::duration,
     .help = "time between two looks",
     .fallback = "30s",
     .least = 0.1},
    {.name = "timeout",
     .type = FieldType::duration,
     .help = "how long one look may take; at most `every`",
     .fallback = "5s",
     .least = 0.01},
};
constexpr Field kProbeOnly[] = {
    {.name = "name", .help = "the value of the label probe", .required = true},
    {.name = "labels", .type = FieldType::any, .help = "more labels of its samples"},
};
constexpr Field kHealthOnly[] = {
    {.name = "retries",
     .type = FieldType::integer,
     .help = "failures in a row before the service is unhealthy",
     .fallback = "3",
     .least = 1,
     .most = 1000},
    {.name = "start-period",
     .type = FieldType::duration,
     .help = "failures this soon after a start do not count",
     .fallback = "0s"},
    {.name = "start-interval",
     .type = FieldType::duration,
     .help = "time between looks until the first judgement",
     .fallback = "1s",
     .least = 0.1},
};

/// The common fields, those of the place, and one for every kind of probe.
std::vector<Field> table_with(std::span<const Field> own) {
  std::vector<Field> all(std::begin(kCommon), std::end(kCommon));
  all.insert(all.end(), own.begin(), own.end());
  for (const ProbeKind* kind : probe_kinds()) {
    all.push_back({.name = kind->name, .type = FieldType::any, .help = kind->summary});
  }
  return all;
}

std::string kind_names() {
  std::string out;
  for (const ProbeKind* kind : probe_kinds()) {
    out += out.empty() ? "" : ", ";
    out += kind->name;
  }
  return out;
}

/// The one kind that the entry names; null after an error.
const ProbeKind* kind_of(const Node& node, Problems& problems) {
  const ProbeKind* found = nullptr;
  for (const ProbeKind* kind : probe_kinds()) {
    if (!node.has(kind->name)) { continue; }
    if (found != nullptr) {
      problems.error(
          node.place_of_key(kind->name),
          fmt::format("one entry is one probe, but it names {} and {}", found->name, kind->name));
      return nullptr;
    }
    found = kind;
  }
  if (found == nullptr) {
    problems.error(node.place(), "no kind of probe is named", "one of " + kind_names());
  }
  return found;
}

void read_common(const Settings& settings, ProbeEntry& entry, Problems& problems) {
  entry.every = settings.duration("every");
  entry.timeout = settings.duration("timeout");
  if (entry.timeout <= entry.every) { return; }
  if (settings.has("timeout")) {
    problems.error(settings.place_of("timeout"), "the timeout is longer than `every`");
  }
  entry.timeout = entry.every;
}

bool read_kind(const Node& node, ProbeContext context, ProbeEntry& entry, Problems& problems) {
  entry.kind = kind_of(node, problems);
  if (entry.kind == nullptr) { return false; }
  entry.settings = node[entry.kind->name];
  entry.text = to_text(node.to_json());
  return make_probe(*entry.kind, entry.settings, std::move(context), problems) != nullptr;
}

void read_probe_list(const Node& list, const ProbeContext& context, std::vector<ProbeEntry>& out,
                     Problems& problems) {
  std::set<std::string> names;
  for (const Node& node : list.items()) {
    const Settings settings = Settings::read(node, probe_entry_fields(), problems);
    ProbeEntry entry;
    entry.name = settings.text("name");
    if (entry.name.find('/') != std::string::npos) {
      problems.error(settings.place_of("name"), "a probe's name has no /",
                     "that is for the checks of services");
    }
    if (!entry.name.empty() && !names.insert(entry.name).second) {
      problems.error(settings.place_of("name"),
                     fmt::format("two probes are called \"{}\"", entry.name));
    }
    for (const auto& [name, value] : settings.node("labels").entries()) {
      if (!is_label_name(name.text()) || !value.is_scalar()) {
        problems.error(name.place(), "a label needs a name and a text");
        continue;
      }
      entry.labels.set(name.text(), value.text());
    }
    read_common(settings, entry, problems);
    if (read_kind(node, context, entry, problems)) { out.push_back(std::move(entry)); }
  }
}

void read_health(const std::string& service, const Node& list, const ProbeContext& context,
                 std::vector<ProbeEntry>& out, Problems& problems) {
  if (!list.is_null() && !list.is_sequence()) {
    problems.error(list.place(), "health must be a list of checks",
                   "write it as [{http: \"http://…\", every: 10s}]");
  }
  std::set<std::string> names;
  for (const Node& node : list.items()) {
    const Settings settings = Settings::read(node, health_entry_fields(), problems);
    ProbeEntry entry;
    entry.service = service;
    read_common(settings, entry, problems);
    entry.health.retries = static_cast<int>(settings.integer("retries"));
    entry.health.start_period = settings.duration("start-period");
    entry.health.start_interval = settings.duration("start-interval");
    if (!read_kind(node, context, entry, problems)) { continue; }
    entry.name = fmt::format("{}/{}", service, entry.kind->name);
    for (int i = 2; !names.insert(entry.name).second; ++i) {
      entry.name = fmt::format("{}/{}-{}", service, entry.kind->name, i);
    }
    out.push_back(std::move(entry));
  }
}

}  // namespace

std::span<const Field> probe_entry_fields() {
  static const std::vector<Field> table = table_with(kProbeOnly);
  return table;
}
std::span<const Field> health_entry_fields() {
  static const std::vector<Field> table = table_with(kHealthOnly);
  return table;
}

std::vector<ProbeEntry> read_probes(const Node& root, ProbeContext context, Problems& problems) {
  std::vector<ProbeEntry> out;
  read_probe_list(root["probes"], context, out, problems);
  for (const auto& [name, service] : root["services"].entries()) {
    read_health(name.text(), service["health"], context, out, problems);
  }
  return out;
}

}  // namespace vigie::collect
