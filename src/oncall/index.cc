#include "oncall/index.h"

#include "oncall/desk.h"

namespace vigie::oncall {

void Index::rebuild(const State& state) {
  *this = Index{};
  for (const auto& [id, pursuit] : state.pursuits) { touch(id); }
  for (const auto& [id, page] : state.pages) {
    page_added(page);
    if (page.state != PageState::queued) { page_settled(id); }
  }
  refresh(state);
}

void Index::refresh(const State& state) {
  for (const IncidentId id : std::exchange(touched_, {})) {
    const auto known = at_.find(id);
    if (known != at_.end()) {
      due_.erase({known->second, id});
      at_.erase(known);
    }
    over_.erase(id);
    const auto found = state.pursuits.find(id);
    if (found == state.pursuits.end()) { continue; }
    const Pursuit& p = found->second;
    if (const std::optional<WallTime> at = next_due(state, p)) {
      at_[id] = *at;
      due_.emplace(*at, id);
    }
    const bool over = p.state == PursuitState::resolved && p.open.empty() && !p.over_due;
    if (over) { over_.insert(id); }
  }
}

void Index::page_forgotten(const LedgerPage& page) {
  pages_.erase({page.incident, page.id});
  settled_.erase(page.id);
}

std::optional<WallTime> Index::next() const {
  if (due_.empty()) { return std::nullopt; }
  return due_.begin()->first;
}

std::vector<IncidentId> Index::due(WallTime now) const {
  std::vector<IncidentId> out;
  for (const auto& [at, id] : due_) {
    if (at > now) { break; }
    out.push_back(id);
  }
  return out;
}

std::vector<PageId> Index::pages_of(IncidentId incident) const {
  std::vector<PageId> out;
  for (auto it = pages_.lower_bound({incident, PageId{}});
       it != pages_.end() && it->first == incident; ++it) {
    out.push_back(it->second);
  }
  return out;
}

}  // namespace vigie::oncall
