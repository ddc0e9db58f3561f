#pragma once

#include <string>
#include <string_view>

#include "model/decider.h"
#include "runbook/state.h"

/// Moves one run from step to step: pure, one step at a time, every move said as a fact.
///
/// Time: wall clock; deadlines here are only the last resort behind the executors' own.
/// Durable: a Run is all there is. Limits: kMovesMax moves a run, so that no loop is for ever.
/// Never: starts a step again that was done, or one that may not be repeated without asking.
namespace vigie::runbook {

inline constexpr int64_t kMovesMax = 60;
/// How much later than its timeout an executor may answer.
inline constexpr Millis kAnswerGrace = 60s;
/// Attempts of a repeatable step that were cut before somebody is asked.
inline constexpr int64_t kRepeatsMax = 3;

class Stepper {
 public:
  Stepper(Run& run, Effects& out, WallTime now) : run_(run), out_(out), now_(now) {}

  void begin();
  /// The outcome of the attempt under way; any other effect is not ours.
  void settle(const EffectSettled& event);
  /// "done", "not_done" or "again"; ignored unless that step waits for an answer.
  void answer(const StepAnswered& event);
  void cancel(std::string_view who);
  /// The incident is over: a waiting run ends, a running one after its step.
  void stop_after_step(std::string why);
  void time_passed();
  /// Vigie starts: what runs on gets its time to be found.
  void extend_deadline();

 private:
  const Step& current() const;
  void enter(size_t section);
  void start_step();
  void launch();
  void wait_for_person(std::string why);
  void finish_step(StepState state, std::string why);
  void after_success();
  void after_failure(const std::string& why);
  void go(const Target& target, const std::string& why);
  void follow(const Branch& branch, const std::string& key, const std::string& why);
  void next_section();
  void end(RunState state, std::string why);
  void abort_attempt();
  void say_step();
  StepRecord& record() { return run_.steps.back(); }

  Run& run_;
  Effects& out_;
  const WallTime now_;
};

/// The next instant at which time_passed() is wanted.
std::optional<WallTime> next_time(const Run& run);

}  // namespace vigie::runbook
