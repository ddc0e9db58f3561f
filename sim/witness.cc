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
  if (const auto* book = std::get_if<BookAdopted>(&fact)) { adopt(*book); }
  if (const auto* changed = std::get_if<HealthChanged>(&fact);
      changed && needs_.contains(changed->service)) {
    health_[changed->service] = changed->health;
  }
}

void Witness::adopt(const BookAdopted& book) {
  needs_.clear();
  const auto root = parse_json(book.text);
  if (!root || !root->is_object()) { return; }
  if (const json::object* services = get_object(root->get_object(), "services")) {
    for (const auto& [name, service] : *services) {
      std::set<std::string>& needs = needs_[std::string(name)];
      if (!service.is_object()) { continue; }
      const json::object* named = get_object(service.get_object(), "needs");
      if (named == nullptr) { continue; }
      for (const auto& need : *named) { needs.insert(std::string(need.key())); }
    }
  }
  std::erase_if(health_, [this](const auto& entry) { return !needs_.contains(entry.first); });
}

/// What the service needs directly and is known to be unhealthy; "" when all may be well.
std::string Witness::unhealthy_need(const std::string& service) const {
  const auto found = needs_.find(service);
  if (found == needs_.end()) { return ""; }
  for (const std::string& need : found->second) {
    const auto health = health_.find(need);
    if (health != health_.end() && health->second == Health::unhealthy) { return need; }
  }
  return "";
}

/// What suffers from something else is that one's victim, and wakes nobody by itself.
void Witness::check_victims(const EventBody& fact) {
  if (const auto* placed = std::get_if<AlertPlaced>(&fact); placed && placed->cause.empty()) {
    const std::string need = unhealthy_need(placed->service);
    if (need.empty()) { return; }
    complain(
        fmt::format("alert {} is placed at {}, which needs {}, which is unhealthy, and is "
                    "nobody's victim",
                    placed->fingerprint, placed->service, need));
  }
  if (const auto* opened = std::get_if<IncidentOpened>(&fact);
      opened && opened->muted_by.empty() && opened->by.empty()) {
    const std::string need = unhealthy_need(opened->service);
    if (need.empty()) { return; }
    complain(fmt::format("incident {} is opened for {}, which is a victim of {}",
                         opened->incident.value, opened->service, need));
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
    check_victims(event.body);
    take(event.body, now);
  }
}

void Witness::recall(const std::vector<Event>& journal, MonoTime now) {
  unanswered_.clear();
  needs_.clear();
  health_.clear();
  for (const Event& event : journal) { take(event.body, now); }
}

}  // namespace vigie::sim
