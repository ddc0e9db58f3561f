#include <fmt/core.h>

#include <algorithm>

#include "incident/register.h"
#include "incident/words.h"

namespace vigie::incident {

namespace {

std::string via_text(const std::string& via) {
  return via.empty() ? "" : "over " + via;
}

}  // namespace

void Register::take(const AckAsked& ask) {
  Incident* incident = live(ask.incident);
  if (incident == nullptr) { return; }
  if (!ask.note.empty()) { note(*incident, "note", ask.note, ask.who); }
  if (incident->state != IncidentState::open) {
    return note(*incident, "ack", ask.who + " has seen it, too", ask.who, via_text(ask.via));
  }
  incident->state = IncidentState::acknowledged;
  incident->owner = ask.who;
  note(*incident, "ack", "acknowledged by " + ask.who, ask.who, via_text(ask.via));
  out_.say(IncidentAcknowledged{.incident = incident->id, .who = ask.who, .via = ask.via});
}

void Register::take(const TakeAsked& ask) {
  Incident* incident = live(ask.incident);
  if (incident == nullptr) { return; }
  if (!ask.note.empty()) { note(*incident, "note", ask.note, ask.who); }
  const bool held = incident->state == IncidentState::taken;
  if (held && incident->owner == ask.who) { return; }
  note(
      *incident, "take",
      held ? fmt::format("{} takes over from {}", ask.who, incident->owner) : "taken by " + ask.who,
      ask.who, via_text(ask.via));
  incident->state = IncidentState::taken;
  incident->owner = ask.who;
  out_.say(IncidentTaken{.incident = incident->id, .who = ask.who, .via = ask.via});
}

void Register::take(const ResolveAsked& ask) {
  Incident* incident = live(ask.incident);
  if (incident == nullptr) { return; }
  const int64_t firing = incident->firing();
  if (firing > 0) {
    note(*incident, "note",
         fmt::format("{} {} still firing", firing, firing == 1 ? "alert is" : "alerts are"));
  }
  resolve(*incident, ask.note, ask.who, {});
}

void Register::take(const NoteAsked& ask) {
  Incident* incident = find(ask.incident);
  if (incident == nullptr || ask.note.empty()) { return; }
  note(*incident, "note", ask.note, ask.who, via_text(ask.via));
}

void Register::take(const DeclareAsked& ask) {
  const IncidentId id = new_id();
  // Alerts of the service join what a person said about it first.
  const std::string wanted = "service/" + ask.service;
  const auto known = state_.newest.find(wanted);
  const bool free = known == state_.newest.end() || live(known->second) == nullptr;
  Incident& incident = state_.incidents[id];
  incident =
      Incident{.id = id,
               .key = !ask.service.empty() && free ? wanted : fmt::format("declared/{}", id.value),
               .title = ask.title.empty() ? "declared by " + ask.who : ask.title,
               .severity = ask.severity.empty() ? "critical" : ask.severity,
               .service = ask.service,
               .by = ask.who,
               .declared = true,
               .opened_at = now_};
  const auto owner = state_.book.services.find(ask.service);
  if (owner != state_.book.services.end()) {
    incident.team = owner->second.team;
    incident.environment = owner->second.environment;
  }
  if (severity_rank(incident.severity) == 0) {
    incident.muted_by = "severity " + incident.severity;
  }
  state_.newest[incident.key] = id;
  note(incident, "opened", incident.title, ask.who, "declared " + via_text(ask.via));
  if (!incident.muted_by.empty()) {
    note(incident, "muted", "nobody is paged", "", incident.muted_by);
  }
  if (!ask.note.empty()) { note(incident, "note", ask.note, ask.who); }
  Labels labels;
  labels.set("service", incident.service);
  labels.set("severity", incident.severity);
  labels.set("team", incident.team);
  out_.say(IncidentOpened{
      .incident = id,
      .title = incident.title,
      .severity = incident.severity,
      .service = incident.service,
      .team = incident.team,
      .by = ask.who,
      .labels = std::move(labels),
      .annotations = ask.note.empty() ? StringMap{} : StringMap{{"description", ask.note}},
      .muted_by = incident.muted_by});
}

void Register::resolve(Incident& incident, std::string why, std::string who,
                       IncidentId merged_into) {
  const bool by_itself = who.empty() && !merged_into;
  incident.held = by_itself ? incident.state : IncidentState::open;
  incident.state = IncidentState::resolved;
  resolved_.insert(incident.id);
  incident.resolved_at = now_;
  incident.reopens_until = now_ + kReopenWithin;
  incident.merged_into = merged_into;
  note(incident, merged_into ? "merged" : "resolved",
       merged_into   ? fmt::format("merged into incident {}", merged_into.value)
       : who.empty() ? "resolved"
                     : "resolved by " + who,
       who, why);
  out_.say(IncidentResolved{.incident = incident.id,
                            .why = std::move(why),
                            .who = std::move(who),
                            .merged_into = merged_into});
  tidy();
}

void Register::resolve_if_over(Incident& incident) {
  if (!incident.live() || incident.declared || !incident.runs.empty()) { return; }
  if (incident.firing() > 0) { return; }
  std::string why = "every alert has ended";
  if (!incident.last_run.empty()) { why += ", after " + incident.last_run; }
  resolve(incident, std::move(why), "", {});
}

/// Forgets the oldest resolved incidents beyond the limit.
void Register::tidy() {
  while (resolved_.size() > kResolvedMax) {
    const auto oldest = state_.incidents.find(*resolved_.begin());
    const auto known = state_.newest.find(oldest->second.key);
    if (known != state_.newest.end() && known->second == oldest->first) {
      state_.newest.erase(known);
    }
    state_.incidents.erase(oldest);
    resolved_.erase(resolved_.begin());
  }
}

}  // namespace vigie::incident
