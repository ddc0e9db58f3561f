#include "sim/witness.h"

#include <fmt/core.h>

namespace vigie::sim {

namespace {

constexpr size_t kBrokenMax = 10;

/// The incident that a fact is about, for facts that show that something is done about it.
IncidentId busy_with(const EventBody& fact) {
  if (const auto* page = std::get_if<PageQueued>(&fact)) {
    return page->level > 0 ? page->incident : IncidentId{};
  }
  if (const auto* run = std::get_if<RunStarted>(&fact)) { return run->incident; }
  if (const auto* step = std::get_if<RunStepChanged>(&fact)) { return step->incident; }
  if (const auto* ended = std::get_if<RunEnded>(&fact)) { return ended->incident; }
  return {};
}

}  // namespace

void Witness::complain(std::string what) {
  if (broken_.size() < kBrokenMax) { broken_.push_back(std::move(what)); }
}

void Witness::take(const EventBody& fact, MonoTime now) {
  if (const auto* opened = std::get_if<IncidentOpened>(&fact)) {
    unanswered_.erase(opened->incident.value);
    if (opened->muted_by.empty()) {
      unanswered_[opened->incident.value] = {.title = opened->title, .heard = now};
    }
  } else if (const auto* acknowledged = std::get_if<IncidentAcknowledged>(&fact)) {
    unanswered_.erase(acknowledged->incident.value);
  } else if (const auto* taken = std::get_if<IncidentTaken>(&fact)) {
    unanswered_.erase(taken->incident.value);
  } else if (const auto* resolved = std::get_if<IncidentResolved>(&fact)) {
    unanswered_.erase(resolved->incident.value);
  } else if (const auto found = unanswered_.find(busy_with(fact).value);
             found != unanswered_.end()) {
    found->second.heard = now;
  }
}

/// An alert is placed, an incident is answered by a run or a page, in the same instant.
void Witness::check_answers(const engine::Decided& decided) {
  std::set<std::string> placed;
  std::set<uint64_t> answered;
  for (const Event& event : decided.events) {
    if (const auto* place = std::get_if<AlertPlaced>(&event.body)) {
      placed.insert(place->fingerprint);
    } else if (const auto* wanted = std::get_if<PageWanted>(&event.body)) {
      answered.insert(wanted->incident.value);
    } else if (const auto* run = std::get_if<RunStarted>(&event.body); run && run->automatic) {
      answered.insert(run->incident.value);
    } else if (const auto* resolved = std::get_if<IncidentResolved>(&event.body)) {
      answered.insert(resolved->incident.value);
    }
  }
  for (const Event& event : decided.events) {
    if (const auto* fired = std::get_if<AlertFired>(&event.body);
        fired && !placed.contains(fired->fingerprint)) {
      complain(fmt::format("alert {} fired and was placed nowhere", fired->fingerprint));
    }
    if (const auto* opened = std::get_if<IncidentOpened>(&event.body);
        opened && opened->muted_by.empty() && !answered.contains(opened->incident.value)) {
      complain(fmt::format("incident {} opened, and neither a run nor a page followed",
                           opened->incident.value));
    }
  }
}

/// What is said to be paged is paged, and nobody is woken for what is answered, muted or over.
void Witness::check_pages(const engine::Decided& decided) {
  std::multiset<uint64_t> said;
  for (const Event& event : decided.events) {
    const auto* queued = std::get_if<PageQueued>(&event.body);
    if (queued != nullptr) { said.insert(queued->page.value); }
  }
  for (const Effect& effect : decided.effects) {
    const auto* page = std::get_if<Page>(&effect.body);
    if (page == nullptr) { continue; }
    const auto found = said.find(page->page.value);
    if (found == said.end()) { complain(effect.id.text + " leaves and was never said"); }
    if (found != said.end()) { said.erase(found); }
  }
  for (const uint64_t page : said) {
    complain(fmt::format("page {} was said and never leaves", page));
  }
}

void Witness::take(const engine::Decided& decided, MonoTime now) {
  check_answers(decided);
  check_pages(decided);
  for (const Event& event : decided.events) {
    const auto* queued = std::get_if<PageQueued>(&event.body);
    if (queued != nullptr && queued->level > 0 && !unanswered_.contains(queued->incident.value)) {
      complain(fmt::format("{} is paged for incident {}, which is answered, muted or over",
                           queued->person, queued->incident.value));
    }
    take(event.body, now);
  }
}

void Witness::recall(const std::vector<Event>& journal, MonoTime now) {
  unanswered_.clear();
  for (const Event& event : journal) { take(event.body, now); }
}

}  // namespace vigie::sim
