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
  std::string effect;
  EffectBody body;
  int64_t attempt = 1;
  bool repeat = false;
  int life = 0;  ///< How many crashes came before.
};

/// How the fakes behave; a story sets it, the random life changes it.
struct Conditions {
  double page_fails = 0;  ///< Share of sends that fail.
  Millis page_takes{50};
  double step_fails = 0;
  Millis step_takes{500};
  double start_fails = 0;
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
  /// The daemon died: what was under way is done or not, and nobody hears of it.
  void crash();

  Conditions conditions;
  const std::vector<Delivered>& delivered() const { return delivered_; }
  /// Times each effect's step was executed after it had been reported done.
  size_t steps_after_done() const { return steps_after_done_; }
  /// Units alive, by name, with their pid.
  const std::map<std::string, int64_t>& alive() const { return alive_; }
  size_t double_starts() const { return double_starts_; }
  std::optional<UnitExited> kill_unit(const std::string& unit, int signal);

 private:
  struct Due {
    MonoTime at;
    uint64_t order;
    EffectSettled settled;
  };
  void finish(const engine::Release& release, Millis after, Outcome outcome, std::string detail,
              std::string data = "{}");
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
  std::map<std::string, bool> steps_done_;
  size_t steps_after_done_ = 0;
  std::map<std::string, int64_t> alive_;
  size_t double_starts_ = 0;
};

}  // namespace vigie::sim
