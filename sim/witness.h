#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engine/engine.h"

/// A second opinion about what must hold, made of the facts alone and far simpler than the rooms
/// that say them.
namespace vigie::sim {

class Witness {
 public:
  /// An open incident that somebody must hear of.
  struct Open {
    std::string title;
    MonoTime heard;  ///< When something was last done about it.
  };

  /// What one input made of the world, as it was decided.
  void take(const engine::Decided& decided, MonoTime now);
  /// After a crash: only what the journal remembers happened.
  void recall(const std::vector<Event>& journal, MonoTime now);

  /// Open, not muted, answered by nobody; by id.
  const std::map<uint64_t, Open>& unanswered() const { return unanswered_; }
  /// The first promises that were broken, as sentences.
  const std::vector<std::string>& broken() const { return broken_; }

 private:
  void take(const EventBody& fact, MonoTime now);
  void check_answers(const engine::Decided& decided);
  void check_pages(const engine::Decided& decided);
  void adopt(const BookAdopted& book);
  std::string unhealthy_need(const std::string& service) const;
  void check_victims(const EventBody& fact);
  void complain(std::string what);

  std::map<uint64_t, Open> unanswered_;
  std::map<std::string, std::set<std::string>> needs_;  ///< Of the book in force.
  std::map<std::string, Health> health_;
  std::vector<std::string> broken_;
};

}  // namespace vigie::sim
