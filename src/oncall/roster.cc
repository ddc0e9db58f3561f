#include "oncall/roster.h"

#include <fmt/core.h>

#include <algorithm>

#include "config/values.h"
#include "oncall/notifier_kind.h"
#include "oncall/roster_fields.h"

namespace vigie::oncall {

namespace {

using config::Node;
using config::Problems;
using config::Settings;

/// Channels the book may already name although this release cannot use them.
constexpr std::string_view kLaterChannels[] = {"push", "sms", "voice", "chat", "slack", "teams"};

/// Only the keys named, so that other rooms' sections are not judged here.
Node part_of(const Node& root, std::span<const std::string_view> keys) {
  std::vector<Node::Entry> entries;
  for (const Node::Entry& entry : root.entries()) {
    if (std::ranges::find(keys, entry.key.text()) != keys.end()) { entries.push_back(entry); }
  }
  return Node::map(std::move(entries), root.place());
}

Node people_part(const Node& root) {
  std::vector<std::string_view> keys;
  for (const Field& field : kRosterFields) { keys.push_back(field.name); }
  return part_of(root, keys);
}

/// The kind's own complaint about `via`, or nullptr when it can be used.
bool usable_channel(const Settings& rule, const Person& person, Problems& problems) {
  const std::string via = rule.text("via");
  const NotifierKind* kind = find_notifier_kind(via);
  if (kind == nullptr) {
    if (via.empty()) { return false; }
    if (std::ranges::find(kLaterChannels, via) != std::end(kLaterChannels)) {
      problems.warn(rule.place_of("via"),
                    fmt::format("this release cannot page over \"{}\": the rule is skipped", via));
      return false;
    }
    std::vector<std::string_view> names;
    for (const NotifierKind* known : notifier_kinds()) { names.push_back(known->name); }
    problems.error(rule.place_of("via"), fmt::format("unknown channel \"{}\"", via),
                   config::did_you_mean(via, names));
    return false;
  }
  if (!kind->address.empty() && kind->name != "terminal" && person.address(via).empty()) {
    problems.error(rule.place_of("via"), fmt::format("{} is to be paged over {} but has no \"{}\"",
                                                     person.id, via, kind->address));
    return false;
  }
  return true;
}

void read_notify(const Settings& settings, Person& person, Problems& problems) {
  if (!settings.has("notify")) {
    if (!person.email.empty()) {
      person.notify.push_back({.via = "email"});
    } else if (!person.webhook.empty()) {
      person.notify.push_back({.via = "webhook"});
    } else if (settings.has("terminal")) {
      person.notify.push_back({.via = "terminal"});
    }
    return;
  }
  for (const Settings& rule : settings.sections("notify")) {
    if (!usable_channel(rule, person, problems)) { continue; }
    person.notify.push_back({.via = rule.text("via"), .after = rule.duration("after")});
  }
  std::ranges::stable_sort(person.notify, {}, &NotifyRule::after);
}

Person read_person(const std::string& id, const Settings& settings, Problems& problems) {
  Person person{.id = id,
                .name = settings.text("name"),
                .email = settings.text("email"),
                .phone = settings.text("phone"),
                .webhook = settings.text("webhook"),
                .terminal = settings.text("terminal")};
  if (person.name.empty()) { person.name = id; }
  read_notify(settings, person, problems);
  return person;
}

std::vector<WeeklySpan> read_spans(const Settings& settings, std::string_view name,
                                   Problems& problems) {
  std::vector<WeeklySpan> spans;
  for (const std::string& text : settings.strings(name)) {
    Result<WeeklySpan> span = parse_weekly_span(text);
    if (span) {
      spans.push_back(*span);
    } else {
      problems.error(settings.place_of(name), span.error().what);
    }
  }
  return spans;
}

std::optional<WallTime> read_time(const Settings& settings, std::string_view name, const Zone& zone,
                                  Problems& problems) {
  const std::string text = settings.text(name);
  if (text.empty()) { return std::nullopt; }
  const Result<WallTime> time = parse_wall(text, zone, Fold::first);
  if (time) { return *time; }
  problems.error(settings.place_of(name), time.error().what, "write \"2026-01-05 09:00\"");
  return std::nullopt;
}

void read_layer(const Settings& settings, Schedule& schedule, Problems& problems) {
  const std::optional<WallTime> from = read_time(settings, "from", schedule.zone, problems);
  Layer layer{.every = settings.duration("every"),
              .people = settings.strings("people"),
              .between = read_spans(settings, "between", problems)};
  const size_t spans_written = settings.strings("between").size();
  if (settings.has("people") && layer.people.empty()) {
    problems.error(settings.place_of("people"), "a layer needs at least one person");
  }
  // A span that could not be read must not widen the layer to always.
  if (!from || layer.every < 1min || layer.people.empty() ||
      layer.between.size() != spans_written) {
    return;
  }
  layer.from = local_of(*from, schedule.zone);
  const Result<LocalTime> written = parse_local(settings.text("from"));
  if (written) { layer.from = *written; }
  schedule.layers.push_back(std::move(layer));
}

void read_cover(const Settings& settings, Schedule& schedule, Problems& problems) {
  const std::optional<WallTime> from = read_time(settings, "from", schedule.zone, problems);
  const std::optional<WallTime> to = read_time(settings, "to", schedule.zone, problems);
  if (!from || !to || settings.text("person").empty()) { return; }
  if (*to <= *from) {
    problems.error(settings.place_of("to"), "a cover ends after it starts");
    return;
  }
  schedule.covers.push_back({.from = *from,
                             .to = *to,
                             .person = settings.text("person"),
                             .instead_of = settings.text("for")});
}

Schedule read_schedule(const std::string& name, const Settings& settings, const Zone& zone,
                       Problems& problems) {
  Schedule schedule{.name = name, .zone = zone};
  if (settings.has("timezone")) {
    const Result<Zone> own = find_zone(settings.text("timezone"));
    if (own) {
      schedule.zone = *own;
    } else {
      problems.error(settings.place_of("timezone"), own.error().what, "write \"Europe/Paris\"");
    }
  }
  for (const Settings& layer : settings.sections("layers")) {
    read_layer(layer, schedule, problems);
  }
  for (const Settings& cover : settings.sections("covers")) {
    read_cover(cover, schedule, problems);
  }
  return schedule;
}

Path read_path(const std::string& name, const Settings& settings, Problems& problems) {
  Path path{.name = name, .repeat = std::clamp<int64_t>(settings.integer("repeat"), 0, 100)};
  for (const Settings& written : settings.sections("levels")) {
    Level level{.wait = std::max<Millis>(written.duration("wait"), 1s)};
    for (const std::string& target : written.strings("page")) {
      level.page.push_back(parse_target(target));
    }
    path.levels.push_back(std::move(level));
  }
  if (path.levels.empty()) { problems.error(settings.place(), "an escalation needs a level"); }
  return path;
}

std::string console_url(const Node& root) {
  std::string url = root["external-url"].text();
  if (url.empty()) {
    const std::string listen = root["listen"].text();
    url = (root["tls"].is_map() ? "https://" : "http://") +
          (listen.empty() ? std::string("127.0.0.1:9797") : listen);
  }
  while (url.ends_with('/')) { url.pop_back(); }
  return url;
}

}  // namespace

std::string Person::address(std::string_view kind) const {
  const NotifierKind* found = find_notifier_kind(kind);
  if (found == nullptr) { return ""; }
  if (found->address == "email") { return email; }
  if (found->address == "webhook") { return webhook; }
  if (found->address == "terminal") { return terminal; }
  if (found->address == "phone") { return phone; }
  return "";
}

Target parse_target(std::string_view text) {
  constexpr std::string_view kSchedule = "schedule ";
  constexpr std::string_view kTeam = "team ";
  constexpr std::string_view kNext = " next";
  Target target{.name = std::string(text), .text = std::string(text)};
  if (text.starts_with(kSchedule)) {
    text.remove_prefix(kSchedule.size());
    target.kind = Target::Kind::schedule;
    if (text.ends_with(kNext)) {
      text.remove_suffix(kNext.size());
      target.kind = Target::Kind::schedule_next;
    }
    target.name = std::string(text);
  } else if (text.starts_with(kTeam)) {
    target.kind = Target::Kind::team;
    target.name = std::string(text.substr(kTeam.size()));
  }
  return target;
}

Roster read_roster(const Node& root, Problems& problems) {
  Roster roster{.watch = root["name"].text(), .console = console_url(root)};
  if (roster.watch.empty()) { roster.watch = "vigie"; }
  if (!root["timezone"].text().empty()) {
    const Result<Zone> zone = find_zone(root["timezone"].text());
    if (zone) {
      roster.zone = *zone;
    } else {
      problems.error(root["timezone"].place(), zone.error().what, "write \"Europe/Paris\"");
    }
  }
  const Settings sections = Settings::read(people_part(root), kRosterFields, problems);
  for (const auto& [id, settings] : sections.named("people")) {
    roster.people[id] = read_person(id, settings, problems);
  }
  for (const auto& [name, settings] : sections.named("teams")) {
    roster.teams[name] = {.name = name,
                          .members = settings.strings("members"),
                          .escalation = settings.text("escalation")};
  }
  for (const auto& [name, settings] : sections.named("schedules")) {
    roster.schedules[name] = read_schedule(name, settings, roster.zone, problems);
  }
  for (const auto& [name, settings] : sections.named("escalations")) {
    roster.paths[name] = read_path(name, settings, problems);
  }
  roster.last_resort = sections.strings("last-resort");
  for (const auto& [name, settings] : sections.named("urgency")) {
    read_spans(settings, "defer", problems);
  }
  return roster;
}

const Path* Roster::path_for(const std::string& escalation, const std::string& team) const {
  if (const auto named = paths.find(escalation); named != paths.end()) { return &named->second; }
  if (const auto of = teams.find(team); of != teams.end()) {
    const auto own = paths.find(of->second.escalation);
    if (own != paths.end()) { return &own->second; }
  }
  return paths.size() == 1 ? &paths.begin()->second : nullptr;
}

std::vector<std::string> Roster::last_people() const {
  std::vector<std::string> out;
  const auto add = [&](const std::string& id) {
    const auto found = people.find(id);
    if (found == people.end() || found->second.notify.empty()) { return; }
    if (std::ranges::find(out, id) == out.end()) { out.push_back(id); }
  };
  for (const std::string& id : last_resort) { add(id); }
  if (!out.empty()) { return out; }
  for (const auto& [id, person] : people) { add(id); }
  return out;
}

std::string roster_text(const Node& root) {
  std::vector<std::string_view> keys{"name", "timezone", "listen", "external-url", "tls"};
  for (const Field& field : kRosterFields) { keys.push_back(field.name); }
  return to_text(part_of(root, keys).to_json());
}

}  // namespace vigie::oncall
