#include <fmt/core.h>

#include "incident/register.h"

namespace vigie::incident {

void Register::take(const RunStarted& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  incident->runs.push_back(fact.run);
  note(*incident, "run", fmt::format("{} begins (run {})", fact.title, fact.run.value),
       fact.automatic ? "" : fact.by, fact.automatic ? "by itself" : "");
}

void Register::take(const RunStepChanged& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr || fact.state == StepState::waiting) { return; }
  const std::string attempt = fact.attempt > 1 ? fmt::format(", attempt {}", fact.attempt) : "";
  // A verification bears the title of what it verifies.
  note(*incident, "step",
       fmt::format("{}{}: {}{}", fact.title.empty() ? fact.step : fact.title,
                   fact.kind == "verify" ? " (verify)" : "", word_of(fact.state), attempt),
       "", fact.why);
}

void Register::take(const RunEnded& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  std::erase(incident->runs, fact.run);
  incident->last_run = fmt::format("{}: {}", fact.title, word_of(fact.state));
  note(*incident, "run",
       fmt::format("{}: {} (run {})", fact.title, word_of(fact.state), fact.run.value), "",
       fact.why);
  if (!incident->alerts.empty()) { resolve_if_over(*incident); }
}

void Register::take(const RunbookDeclined& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  note(*incident, "run", fact.title + " is held back", "", fact.why);
}

void Register::take(const PageWanted& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  note(*incident, "page", "somebody is wanted", "", fact.why);
}

void Register::take(const PageQueued& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  const std::string again = fact.attempt > 1 ? fmt::format(", attempt {}", fact.attempt) : "";
  // Who was paged before is told how it goes on; nobody waits for an answer to that.
  note(*incident, "page",
       fmt::format("{} is {} over {} (page {}{})", fact.person, fact.level > 0 ? "paged" : "told",
                   fact.channel, fact.page.value, again),
       fact.person, fact.why);
}

void Register::take(const PageSettled& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  const std::string_view how = fact.outcome == Outcome::ok       ? "left"
                               : fact.outcome == Outcome::failed ? "failed"
                                                                 : "may have left";
  note(*incident, "page",
       fmt::format("page {} to {} over {} {}", fact.page.value, fact.person, fact.channel, how),
       fact.person, fact.detail);
}

void Register::take(const EscalationNoted& fact) {
  Incident* incident = find(fact.incident);
  if (incident == nullptr) { return; }
  note(*incident, "escalation", fact.what);
}

}  // namespace vigie::incident
