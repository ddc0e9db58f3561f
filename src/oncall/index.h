#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "oncall/state.h"

namespace vigie::oncall {

/// Finds again what an event concerns, so that one event costs what it touches and not everything
/// there is. Made of the state at a start; never kept.
class Index {
 public:
  void rebuild(const State& state);

  /// This pursuit may have changed; refresh() looks at it again.
  void touch(IncidentId incident) { touched_.insert(incident); }
  void refresh(const State& state);

  void page_added(const LedgerPage& page) { pages_.emplace(page.incident, page.id); }
  void page_settled(PageId page) { settled_.insert(page); }
  void page_forgotten(const LedgerPage& page);

  std::optional<WallTime> next() const;
  /// The incidents that are due by then, in order of time.
  std::vector<IncidentId> due(WallTime now) const;
  std::vector<PageId> pages_of(IncidentId incident) const;
  /// Settled pages, and pursuits of which nothing follows, that may be forgotten; oldest first.
  const std::set<PageId>& settled() const { return settled_; }
  const std::set<IncidentId>& over() const { return over_; }

 private:
  std::set<IncidentId> touched_;
  std::map<IncidentId, WallTime> at_;
  std::set<std::pair<WallTime, IncidentId>> due_;
  std::set<std::pair<IncidentId, PageId>> pages_;
  std::set<PageId> settled_;
  std::set<IncidentId> over_;
};

}  // namespace vigie::oncall
