#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/random.h"
#include "engine/engine.h"

/// Fakes of everything that effects reach: mail and webhooks, runbook steps, processes. They keep
/// the truth of what was delivered, across crashes of the daemon.
namespace vigie::sim {

/// One delivery that really happened.
struct Delivered {
  WallTime at;
  std::string key;
  EffectBody body;
  bool repeat = false;
  /// It left from memory while the disk refused writes, and a crash took the memory of it along:
  /// nobody can know that it was ever said.
  bool forgotten = false;
};

/// How the fakes behave; a story sets it, the random life changes it.
struct Conditions {
  double page_fails = 0;  ///< Share of sends that fail.
  double page_late = 0;   ///< Share that arrives at the end of the wait, not at its beginning.
  double page_lost = 0;   ///< Share that arrives, and whose answer does not come back in time.
  Millis page_takes{50};
  double step_fails = 0;
  Millis step_takes{500};
  double start_fails = 0;
  double cut_known = 0;  ///< Share of steps cut by a crash whose end is on record.
  double unit_dies = 0;  ///< Share of processes that end while the daemon is away.
  /// Answers of the next steps of a name ("restart"), before chance is asked: "ok", "failed",
  /// "unknown".
  std::map<std::string, std::deque<std::string>> step_answers;
  std::map<std::string, std::string> channel_down;  ///< channel or person -> why.
};

class Carriers {
 public:
  /// `settle` submits an outcome to the life of the daemon that asked.
  Carriers(const Clock& clock, uint64_t seed) : clock_(clock), random_(seed) {}

  void perform(engine::Release release);
  /// The instant at which the next outcome is due.
  std::optional<MonoTime> next_due() const;
  /// Outcomes that are due by now.
  std::vector<EffectSettled> take_due();
  /// Everything that happened so far is on disk.
  void remember() { remembered_ = delivered_.size(); }
  /// The daemon died: what was under way is done or not, and nobody hears of it.
  void crash();

  Conditions conditions;
  const std::vector<Delivered>& delivered() const { return delivered_; }
  /// Units alive, by name, with their pid.
  const std::map<std::string, int64_t>& alive() const { return alive_; }
  /// Processes of a unit that were begun.
  size_t starts(const std::string& unit) const {
    const auto found = starts_.find(unit);
    return found == starts_.end() ? 0 : found->second;
  }
  /// What no carrier may ever see, as sentences: a key twice without a crash between or without
  /// saying so, a step that may not be repeated repeated, a second process of a unit.
  const std::vector<std::string>& broken() const { return broken_; }
  std::optional<UnitExited> kill_unit(const std::string& unit, int signal);

 private:
  struct Due {
    MonoTime at;
    uint64_t order;
    EffectSettled settled;
    std::optional<Delivered> arrives;
  };
  /// How often a key was seen, in which life first, and how often nobody heard that it arrived.
  struct Seen {
    int count = 0, first_life = 0, unanswered = 0;
  };
  void finish(const engine::Release& release, Millis after, Outcome outcome, std::string detail,
              std::string data = "{}");
  void arrive(Delivered delivered);
  void executed(const engine::Release& release, const RunStep& step);
  void carry(const engine::Release& release, const std::string& channel, const std::string& who);
  void step(const engine::Release& release, const RunStep& step);
  void start(const engine::Release& release, const StartUnit& start);

  const Clock& clock_;
  Random random_;
  int life_ = 0;
  uint64_t order_ = 0;
  int64_t next_pid_ = 1'000;
  std::vector<Due> due_;
  std::vector<Delivered> delivered_;
  size_t remembered_ = 0;  ///< Deliveries before this one are on disk.
  std::map<std::string, Seen> seen_;
  std::map<std::string, int64_t> alive_;
  std::map<std::string, size_t> starts_;
  std::vector<std::string> broken_;
};

}  // namespace vigie::sim
