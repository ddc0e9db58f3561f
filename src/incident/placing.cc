#include <fmt/core.h>

#include <algorithm>
#include <utility>

#include "incident/register.h"
#include "incident/words.h"

namespace vigie::incident {

namespace {

constexpr size_t kLookedAtMax = 16;

std::string alert_name(const Labels& labels) {
  const std::string name(labels.get("alertname"));
  return name.empty() ? "an alert" : name;
}

/// Alerts of one rule in one incident are told apart by their stage, or by the first label in which
/// they differ from another one: "RobotMissing (stage tb)".
std::string name_in(const Incident& incident, const std::string& fingerprint,
                    const Labels& labels) {
  const std::string name = alert_name(labels);
  const auto with = [&](std::string_view label) {
    return fmt::format("{} ({} {})", name, label, labels.get(label));
  };
  for (const char* label : {"stage", "instance"}) {
    if (labels.has(label)) { return with(label); }
  }
  size_t looked = 0;
  for (const auto& [other, attached] : incident.alerts) {
    if (other == fingerprint || alert_name(attached.labels) != name) { continue; }
    for (const auto& [label, value] : labels) {
      if (attached.labels.get(label) != value) { return with(label); }
    }
    if (++looked >= kLookedAtMax) { break; }
  }
  return name;
}

/// What an alert's labels are to runbooks: with where it was placed.
Labels labels_with_place(const KnownAlert& alert) {
  Labels labels = alert.labels;
  const auto fill = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) { labels.set(name, value); }
  };
  fill("chain", alert.chain);
  fill("stage", alert.stage);
  fill("service", alert.service);
  fill("team", alert.team);
  fill("environment", alert.environment);
  return labels;
}

/// What the first alert's labels are to runbooks: with where it was placed.
Labels placed_labels(const Incident& incident, const KnownAlert* alert, bool own) {
  Labels labels = alert != nullptr && own ? alert->labels : Labels{};
  const auto fill = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) { labels.set(name, value); }
  };
  fill("chain", incident.chain);
  fill("stage", incident.stage);
  fill("service", incident.service);
  fill("team", incident.team);
  fill("environment", incident.environment);
  if (!own) { fill("severity", incident.severity); }
  return labels;
}

}  // namespace

Incident* Register::find(IncidentId id) {
  const auto found = state_.incidents.find(id);
  return found == state_.incidents.end() ? nullptr : &found->second;
}

Incident* Register::live(IncidentId id) {
  Incident* found = find(id);
  return found != nullptr && found->live() ? found : nullptr;
}

void Register::note(Incident& incident, std::string kind, std::string text, std::string who,
                    std::string why) {
  incident.timeline.add({.at = now_,
                         .kind = std::move(kind),
                         .text = std::move(text),
                         .who = std::move(who),
                         .why = std::move(why)});
}

void Register::say_opened(const Incident& incident, const KnownAlert* alert, std::string by) {
  const bool own = alert != nullptr && alert->cause.empty();
  out_.say(IncidentOpened{.incident = incident.id,
                          .title = incident.title,
                          .severity = incident.severity,
                          .service = incident.service,
                          .chain = incident.chain,
                          .stage = incident.stage,
                          .team = incident.team,
                          .escalation = incident.escalation,
                          .urgency = incident.urgency,
                          .by = std::move(by),
                          .labels = placed_labels(incident, alert, own),
                          .annotations = alert != nullptr ? alert->annotations : StringMap{},
                          .muted_by = incident.muted_by});
}

void Register::take(const AlertFired& fact) {
  const auto [found, fresh] = state_.alerts.try_emplace(fact.fingerprint);
  KnownAlert& alert = found->second;
  if (fresh) { alert.fired_at = now_; }
  alert.labels = fact.labels;
  alert.annotations = fact.annotations;
  alert.value = fact.value;
  alert.active_at = fact.active_at;
  alert.escalation = fact.escalation;
  alert.urgency = fact.urgency;
  // A victim is muted because it is one; that says nothing about its cause.
  if (alert.cause.empty() || fact.muted_by.empty()) { alert.muted_by = fact.muted_by; }
  Incident* incident = live(alert.incident);
  if (incident == nullptr) { return; }
  update(*incident, fact.fingerprint, alert);
  if (!incident->muted_by.empty() && alert.muted_by.empty()) { unmute(*incident, &alert); }
}

void Register::take(const AlertResolved& fact) {
  const auto found = state_.alerts.find(fact.fingerprint);
  if (found == state_.alerts.end()) { return; }
  Incident* incident = find(found->second.incident);
  const Labels labels = std::move(found->second.labels);
  state_.alerts.erase(found);
  if (incident == nullptr) { return; }
  const auto attached = incident->alerts.find(fact.fingerprint);
  if (attached == incident->alerts.end()) { return; }
  incident->set_firing(attached->second, false, attached->second.victim);
  attached->second.resolved_at = now_;
  note(*incident, "alert", name_in(*incident, fact.fingerprint, labels) + " ended", "", fact.why);
  const size_t ended = incident->alerts.size() - static_cast<size_t>(incident->firing());
  if (ended > 2 * kEndedAlertsMax) { incident->forget_ended_alerts(); }
  resolve_if_over(*incident);
}

void Register::take(const AlertPlaced& fact) {
  const auto found = state_.alerts.find(fact.fingerprint);
  if (found == state_.alerts.end()) { return; }
  KnownAlert& alert = found->second;
  alert.placed = true;
  alert.chain = fact.chain;
  alert.stage = fact.stage;
  alert.service = fact.service;
  alert.team = fact.team;
  alert.environment = fact.environment;
  alert.key = fact.key.empty() ? "alert/" + fact.fingerprint : fact.key;
  alert.cause = fact.cause == alert.key ? "" : fact.cause;
  alert.why = fact.why;
  if (!makes_incident(alert.labels) && !alert.incident) { return; }
  if (fact.tentative && !alert.incident) {
    const auto known = state_.newest.find(alert.cause.empty() ? alert.key : alert.cause);
    if (known == state_.newest.end() || live(known->second) == nullptr) { return; }
  }
  place(fact.fingerprint, alert);
}

/// Finds the incident an alert belongs to, and moves it there.
void Register::place(const std::string& fingerprint, KnownAlert& alert) {
  const bool victim = !alert.cause.empty();
  const std::string& key = victim ? alert.cause : alert.key;
  Incident* const before = find(alert.incident);
  if (before != nullptr && before->key == key) {
    // Resolved by a person while the alert still fires: it stays resolved.
    if (before->live()) { attach(*before, fingerprint, alert, victim); }
    return;
  }
  Incident* const from = before != nullptr && before->live() ? before : nullptr;
  const auto known = state_.newest.find(key);
  const bool taken = known != state_.newest.end() && live(known->second) != nullptr;
  if (from != nullptr && !taken && !victim && !from->declared && from->firing() == 1 &&
      from->victims() == 0 && from->alerts.contains(fingerprint)) {
    rekey(*from, alert);
    return attach(*from, fingerprint, alert, victim);
  }
  Incident& home = home_of(key, alert, victim);
  attach(home, fingerprint, alert, victim);
  if (from != nullptr && from != &home) { leave(*from, fingerprint, home); }
}

/// The live incident of a key; else the one resolved a moment ago, opened again; else a new one.
Incident& Register::home_of(const std::string& key, const KnownAlert& alert, bool victim) {
  const auto known = state_.newest.find(key);
  Incident* newest = known == state_.newest.end() ? nullptr : find(known->second);
  if (newest == nullptr) { return open(key, alert, victim); }
  if (newest->live()) { return *newest; }
  const bool recent = newest->reopens_until && now_ < *newest->reopens_until;
  if (!recent || newest->merged_into) { return open(key, alert, victim); }
  reopen(*newest, alert);
  return *newest;
}

Incident& Register::open(const std::string& key, const KnownAlert& alert, bool victim) {
  const IncidentId id = new_id();
  Incident& incident = state_.incidents[id];
  incident = Incident{.id = id,
                      .key = key,
                      .severity = severity_of(alert.labels),
                      .by = "alerts",
                      .muted_by = alert.muted_by,
                      .urgency = alert.urgency,
                      .opened_at = now_};
  if (victim) {
    // A broken dependency wakes its own owner, whose path is not the victim's.
    incident.title = title_of_cause(key);
    incident.service = service_of_key(key);
    std::tie(incident.chain, incident.stage) = stage_of_key(key);
  } else {
    incident.title = title_of(state_, alert);
    incident.service = alert.service;
    incident.chain = alert.chain;
    incident.stage = alert.stage;
    incident.team = alert.team;
    incident.environment = alert.environment;
    incident.escalation = alert.escalation;
  }
  const auto owner = state_.book.services.find(incident.service);
  if (owner != state_.book.services.end()) {
    if (incident.team.empty()) { incident.team = owner->second.team; }
    if (incident.environment.empty()) { incident.environment = owner->second.environment; }
  }
  state_.newest[key] = id;
  note(incident, "opened", incident.title, "", alert.why);
  if (!incident.muted_by.empty()) {
    note(incident, "muted", "nobody is paged", "", incident.muted_by);
  }
  say_opened(incident, &alert, "alerts");
  return incident;
}

/// Whoever had answered is still at it, unless it was away for long or is worse now.
bool Register::answer_holds(const Incident& incident, const KnownAlert& alert) const {
  const bool answered =
      incident.held == IncidentState::acknowledged || incident.held == IncidentState::taken;
  const bool recent =
      incident.reopens_until && now_ < *incident.reopens_until - (kReopenWithin - kAnswerHolds);
  return answered && recent && alert.muted_by.empty() &&
         severity_rank(severity_of(alert.labels)) <= severity_rank(incident.severity);
}

void Register::hold_answer(Incident& incident) {
  incident.state = std::exchange(incident.held, IncidentState::open);
  const bool taken = incident.state == IncidentState::taken;
  note(incident, taken ? "take" : "ack", fmt::format("{} still has it", incident.owner),
       incident.owner);
  if (taken) {
    return out_.say(
        IncidentTaken{.incident = incident.id, .who = incident.owner, .via = "before it was back"});
  }
  out_.say(IncidentAcknowledged{
      .incident = incident.id, .who = incident.owner, .via = "before it was back"});
}

void Register::reopen(Incident& incident, const KnownAlert& alert) {
  const bool holds = answer_holds(incident, alert);
  const std::string before = incident.resolved_at ? rfc3339(*incident.resolved_at) : "";
  const bool victim = !alert.cause.empty();
  incident.title = victim ? title_of_cause(incident.key) : title_of(state_, alert);
  incident.severity = severity_of(alert.labels);
  incident.urgency = alert.urgency;
  if (!victim) {
    incident.chain = alert.chain;
    incident.stage = alert.stage;
    incident.escalation = alert.escalation;
  }
  incident.last_run.clear();
  incident.state = IncidentState::open;
  resolved_.erase(incident.id);
  if (!holds) { incident.owner.clear(); }
  incident.resolved_at.reset();
  incident.reopens_until.reset();
  incident.muted_by = alert.muted_by;
  ++incident.reopened;
  note(incident, "reopened", fmt::format("it is back: {}", incident.title), "",
       "resolved at " + before + ", less than 10 minutes ago");
  say_opened(incident, &alert, "reopened");
  if (holds) { hold_answer(incident); }
}

/// The same trouble, better understood.
void Register::rekey(Incident& incident, const KnownAlert& alert) {
  const auto known = state_.newest.find(incident.key);
  if (known != state_.newest.end() && known->second == incident.id) { state_.newest.erase(known); }
  incident.key = alert.key;
  state_.newest[incident.key] = incident.id;
  const std::string title = title_of(state_, alert);
  note(incident, "placed", title, "", alert.why);
  incident.title = title;
  incident.service = alert.service;
  incident.chain = alert.chain;
  incident.stage = alert.stage;
  if (!alert.team.empty()) { incident.team = alert.team; }
  if (!alert.environment.empty()) { incident.environment = alert.environment; }
}

void Register::attach(Incident& incident, const std::string& fingerprint, KnownAlert& alert,
                      bool victim) {
  const auto [entry, fresh] =
      incident.alerts.try_emplace(fingerprint, AttachedAlert{.firing = false});
  const bool said = !fresh && entry->second.firing && entry->second.victim == victim &&
                    alert.incident == incident.id;
  alert.incident = incident.id;
  entry->second.fired_at = alert.fired_at;
  incident.set_firing(entry->second, true, victim);
  entry->second.resolved_at.reset();
  update(incident, fingerprint, alert);
  if (said) { return; }
  note(incident, "alert",
       name_in(incident, fingerprint, alert.labels) +
           (victim ? " is attached as a victim" : " fires"),
       "", alert.why);
  out_.say(AlertAttached{.incident = incident.id,
                         .fingerprint = fingerprint,
                         .victim = victim,
                         .why = alert.why,
                         .labels = labels_with_place(alert)});
  if (!victim) { raise_severity(incident, severity_of(alert.labels)); }
  if (!incident.muted_by.empty() && alert.muted_by.empty() && !victim) { unmute(incident, &alert); }
}

void Register::update(Incident& incident, const std::string& fingerprint, const KnownAlert& alert) {
  const auto entry = incident.alerts.find(fingerprint);
  if (entry == incident.alerts.end()) { return; }
  AttachedAlert& attached = entry->second;
  attached.labels = alert.labels;
  attached.annotations = alert.annotations;
  attached.value = alert.value;
  attached.active_at = alert.active_at;
  attached.cause = alert.cause;
  attached.muted_by = alert.muted_by;
  attached.why = alert.why;
}

/// One alert belongs elsewhere now; an incident that is left empty was a victim of that.
void Register::leave(Incident& from, const std::string& fingerprint, const Incident& to) {
  const auto entry = from.alerts.find(fingerprint);
  if (entry != from.alerts.end()) {
    from.set_firing(entry->second, false, entry->second.victim);
    entry->second.resolved_at = now_;
    entry->second.why = fmt::format("moved to incident {}", to.id.value);
    note(from, "alert",
         name_in(from, fingerprint, entry->second.labels) + " belongs to another incident", "",
         fmt::format("incident {}: {}", to.id.value, to.title));
  }
  if (from.declared || from.firing() > 0) { return; }
  resolve(from, fmt::format("part of incident {}: {}", to.id.value, to.title), "", to.id);
}

void Register::unmute(Incident& incident, const KnownAlert* alert) {
  note(incident, "unmuted", "somebody may be paged again", "", "was muted by " + incident.muted_by);
  incident.muted_by.clear();
  if (incident.state == IncidentState::open) { say_opened(incident, alert, "unmuted"); }
}

void Register::raise_severity(Incident& incident, const std::string& severity) {
  if (severity_rank(severity) <= severity_rank(incident.severity)) { return; }
  note(incident, "severity", fmt::format("{}, was {}", severity, incident.severity));
  incident.severity = severity;
}

/// The wait for the same trouble is elapsed time; what was recorded stays as it was.
void Register::take(const ClockJumped& fact) {
  for (auto& [id, incident] : state_.incidents) {
    if (incident.reopens_until) { *incident.reopens_until += fact.by; }
  }
}

/// A stage that is seen to be dead after its alert fired gives the better title.
void Register::take(const StageFlowChanged& fact) {
  const std::string stage = fact.chain + "/" + fact.stage;
  state_.flow[stage] = fact.flow;
  if (fact.flow != Flow::dead) { return; }
  const std::string title = fmt::format("{}: {} passes nothing on", fact.chain, fact.stage);
  for (auto& [id, incident] : state_.incidents) {
    const bool here = incident.live() && !incident.declared && incident.chain == fact.chain &&
                      incident.stage == fact.stage;
    if (!here || incident.title == title) { continue; }
    note(incident, "placed", title, "", "its flow stopped");
    incident.title = title;
  }
}

}  // namespace vigie::incident
