// Proof that something helped: an expression that must become true in time.
#include <fmt/format.h>

#include <algorithm>

#include "runbook/executor_kind.h"

namespace vigie::runbook {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "within",
     .type = FieldType::duration,
     .help = "how long it may take to become true",
     .fallback = "1m",
     .least = 0.1,
     .most = 86400},
    {.name = "every",
     .type = FieldType::duration,
     .help = "how often to look",
     .fallback = "1s",
     .least = 0.01,
     .most = 3600},
};

Millis every_of(const StringMap& options) {
  const auto found = options.find("every");
  if (found == options.end()) { return 1s; }
  return parse_duration(found->second).value_or(Millis{1000});
}

Task<StepOutcome> perform(Attempt attempt) {
  if (!attempt.outside->query) {
    co_return make_outcome(Outcome::failed, "there is nothing to ask here");
  }
  Loop& loop = *attempt.outside->loop;
  const MonoTime began = loop.clock().mono();
  const Millis every = std::max(every_of(attempt.step.options), Millis{10});
  std::string last = "it stayed false";
  while (true) {
    if (attempt.stop->raised()) { co_return make_outcome(Outcome::failed, "cancelled"); }
    Result<bool> held = co_await attempt.outside->query(attempt.step.text);
    const MonoTime now = loop.clock().mono();
    if (held && *held) {
      const auto took = std::chrono::duration_cast<Millis>(now - began);
      co_return make_outcome(Outcome::ok, fmt::format("true after {}", humanize_duration(took)));
    }
    if (!held && held.error().code == Code::cancelled) { co_return not_settled(); }
    if (!held && held.error().retry == Retry::never) {
      co_return make_outcome(Outcome::failed, held.error().what);
    }
    last = held ? "it stayed false" : held.error().what;
    if (now >= attempt.deadline) { break; }
    const bool slept =
        co_await attempt.stop->sleep_until(loop, std::min(attempt.deadline, now + every));
    if (!slept && !attempt.stop->raised()) { co_return not_settled(); }
  }
  co_return make_outcome(
      Outcome::failed,
      fmt::format("not true within {}: {}", humanize_duration(attempt.step.timeout), last));
}

}  // namespace

extern const ExecutorKind verify_executor;
constinit const ExecutorKind verify_executor{
    .name = "verify",
    .summary = "Waits until a PromQL expression is true: has a result that is not zero.",
    .since = "0.1",
    .fields = kFields,
    .example_options = "within=5m every=1s",
    .example = "sum(rate(datajs_out_total[1m])) > 0",
    .quoting = Quoting::promql,
    .repeat = Repeat::safe,
    .timeout = 1min,
    .timeout_option = "within",
    .disturbed = [](const std::string&) { return std::string(); },
    .perform = &perform,
};

}  // namespace vigie::runbook
