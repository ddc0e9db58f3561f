#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "base/task.h"
#include "model/effects.h"
#include "runbook/executor_kind.h"

namespace vigie::runbook {

/// Does the steps of runs. Each attempt has its effect id as its name; one that a crash cut is
/// settled before anything is done again.
///
/// Lives on: edge. Owned by: the daemon, which calls `perform` in a task group of its own and
/// posts what comes back as EffectSettled. Durable: data/runs/<effect id>/, the newest
/// kAttemptsKept. Limits: a step's timeout; the deadline given.
class Executors {
 public:
  explicit Executors(Outside outside);
  ~Executors();

  /// `maybe_ran_before`: the effect was released before a restart and has no outcome.
  /// Not settled when the task is cancelled: commands go on and are adopted at the next start.
  Task<StepOutcome> perform(EffectId effect, RunStep step, bool maybe_ran_before,
                            MonoTime deadline);
  /// AbortStep: ends the attempt's process tree; also one that is performed only later.
  void cancel(const EffectId& effect);
  size_t running() const { return running_.size(); }

 private:
  void forget_old_attempts();

  const Outside outside_;
  std::map<std::string, std::shared_ptr<StopSign>> running_;
  std::set<std::string> cancelled_;
};

inline constexpr size_t kAttemptsKept = 200;

/// A name for a directory: bytes other than letters, digits, dot, dash and underscore as %XX.
std::string safe_file_name(std::string_view text);

}  // namespace vigie::runbook
