#pragma once

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "journal/backend_kind.h"
#include "model/decider.h"

namespace vigie::engine {

/// What one input made of the world.
struct Decided {
  std::vector<Event> events;           ///< The input, then what follows from it.
  std::vector<Effect> effects;         ///< To release once durable.
  std::vector<EffectSettled> settled;  ///< Of effects that were pending until now.
};

/// The pure part of the engine: the deciders in order, sequence numbers, pending effects.
/// No clock, no I/O, no thread; the live engine, the replay, what-if and the simulation are all
/// this class fed by somebody else.
///
/// Limits: 20,000 facts may follow from one input; what exceeds is a bug, counted, and cut.
class Heart {
 public:
  /// The deciders see every event in this order.
  explicit Heart(std::vector<std::unique_ptr<Decider>> deciders);

  /// `now` is the time of the event. An EffectSettled for an effect that is not pending changes
  /// nothing and gives no events: outcomes count once.
  Decided decide(EventBody input, WallTime now);
  /// The earliest next_timer() of all deciders.
  std::optional<WallTime> next_timer() const;

  /// Equal histories give equal bytes.
  std::string snapshot() const;
  /// `corrupt` with the decider's name.
  Status restore(std::string_view text);
  /// Applies a recorded input again. The facts derived now are returned for comparison with the
  /// recorded ones.
  Decided replay(const Event& input);
  /// After a replay: numbers go on behind the newest recorded one, also where this version derives
  /// fewer facts than the one that wrote them.
  void continue_after(Seq recorded) { newest_ = std::max(newest_, recorded); }

  /// A copy that can be asked "what would happen if": nothing it decides is ever done.
  Result<Heart> what_if() const;

  Seq newest() const { return newest_; }
  /// Of the newest input, by the wall clock of then.
  WallTime newest_at() const { return newest_at_; }
  const std::string& book_hash() const { return book_hash_; }
  const std::set<EffectId>& pending() const { return pending_; }
  const Decider* decider(std::string_view name) const;
  uint64_t cut_total() const { return cut_; }

 private:
  void apply(const Event& event, Decided& out, std::vector<EventBody>& follow);

  std::vector<std::unique_ptr<Decider>> deciders_;
  Seq newest_;
  WallTime newest_at_{};
  std::string book_hash_;
  std::set<EffectId> pending_;
  uint64_t cut_ = 0;
};

}  // namespace vigie::engine
