#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.h"
#include "config/field.h"
#include "model/effects.h"
#include "runbook/params.h"

/// What a fence of a runbook may be: one file in executors/ per kind.
namespace vigie::runbook {

/// How an attempt ended; becomes EffectSettled.
struct StepOutcome {
  /// False: Vigie is stopping and the attempt goes on (or was never begun). Nothing is to be
  /// recorded; the attempt is settled at the next start.
  bool settled = true;
  Outcome outcome = Outcome::ok;
  std::string detail;  ///< One line for people: "exit 3: no such file".
  std::string data;    ///< JSON {"output", "exit_status"}.
};

/// Output in UTF-8, at most kOutputMax bytes; the middle goes first.
StepOutcome make_outcome(Outcome outcome, std::string detail, std::string_view output = {},
                         int exit_status = -1);
StepOutcome not_settled();
inline constexpr size_t kOutputMax = 64 << 10;

struct HttpAsk {
  std::string method, url, body;
  std::vector<std::pair<std::string, std::string>> headers;
};
struct HttpAnswer {
  int status = 0;
  std::string body;  ///< The first 64 KiB.
};

/// What executors need of the world; the daemon fills it. An empty function means that this Vigie
/// cannot do it, and the step says so.
struct Outside {
  Loop* loop = nullptr;
  std::string data_dir;  ///< data/runs
  std::string book_dir;  ///< Where commands run unless they say `dir`.
  /// True when a PromQL expression has a result whose value is not zero.
  std::function<Task<Result<bool>>(std::string expr)> query;
  std::function<Task<Result<HttpAnswer>>(HttpAsk ask, MonoTime deadline)> http;
  /// "restart" datajs, and wait until it is healthy (or runs, when nothing says what healthy is).
  std::function<Task<Status>(std::string unit, std::string verb, MonoTime deadline)> drive_unit;
};

/// Raised when a run is cancelled; its waits end at once.
class StopSign {
 public:
  bool raised() const { return raised_; }
  void raise();
  /// True when the time came, false when the sign was raised or the daemon stops.
  Task<bool> sleep_until(Loop& loop, MonoTime when);

 private:
  bool raised_ = false;
  std::vector<std::weak_ptr<Completion<bool>>> waiting_;
};

/// One attempt of one step, for an executor.
struct Attempt {
  const Outside* outside = nullptr;  ///< Outlives the attempt.
  EffectId effect;
  RunStep step;
  /// Begun before a crash, perhaps: find out first.
  bool maybe_ran_before = false;
  MonoTime deadline;
  std::shared_ptr<StopSign> stop;
};

/// One kind of step. The field table is of the fence's options: ```command timeout=30s.
struct ExecutorKind {
  std::string_view name;
  std::string_view summary;
  std::string_view since;
  std::span<const config::Field> fields;
  std::string_view example_options;  ///< After the kind's name in the fence's first line.
  std::string_view example;          ///< The fence's text.
  Quoting quoting = Quoting::shell;
  Repeat repeat = Repeat::never;  ///< Unless the fence says otherwise.
  Millis timeout{0};              ///< The same.
  std::string_view timeout_option = "timeout";
  /// The service a step disturbs: empty when it disturbs none; nullptr: the incident's service.
  std::string (*disturbed)(const std::string& text) = nullptr;
  /// What is wrong with a fence's text or options; nullptr: every text will do.
  Status (*check)(const std::string& text, const StringMap& options) = nullptr;
  Task<StepOutcome> (*perform)(Attempt attempt) = nullptr;
};

/// All kinds, sorted by name.
std::span<const ExecutorKind* const> executor_kinds();
/// nullptr when there is none.
const ExecutorKind* find_executor(std::string_view name);

}  // namespace vigie::runbook
