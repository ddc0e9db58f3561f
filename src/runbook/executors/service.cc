// A service that Vigie runs itself: restarted, and waited for until it is healthy.
#include <fmt/format.h>

#include "runbook/executor_kind.h"

namespace vigie::runbook {

namespace {

struct Order {
  std::string verb, unit;
};

Result<Order> parse_order(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) { text.remove_suffix(1); }
  const size_t space = text.find(' ');
  Order out{.verb = std::string(text.substr(0, space)), .unit = ""};
  if (space != std::string_view::npos) { out.unit = std::string(text.substr(space + 1)); }
  const bool known = out.verb == "start" || out.verb == "stop" || out.verb == "restart";
  const bool one = !out.unit.empty() && out.unit.find_first_of(" \n\t") == std::string::npos;
  // A reference that is not filled in yet may hold blanks: {{ labels.service }}.
  if (!known || (!one && out.unit.find("{{") == std::string::npos)) {
    return error(Code::invalid,
                 fmt::format("\"{}\" is no order: write start, stop or restart and one service",
                             text.substr(0, 80)));
  }
  return out;
}

std::string disturbed(const std::string& text) {
  const Result<Order> order = parse_order(text);
  return order ? order->unit : "";
}

Status check(const std::string& text, const StringMap&) {
  const Result<Order> order = parse_order(text);
  if (!order) { return order.error(); }
  return ok();
}

Task<StepOutcome> perform(Attempt attempt) {
  const Result<Order> order = parse_order(attempt.step.text);
  if (!order) { co_return make_outcome(Outcome::failed, order.error().what); }
  if (!attempt.outside->drive_unit) {
    co_return make_outcome(Outcome::failed, "no service is run by this Vigie");
  }
  if (attempt.stop->raised()) { co_return make_outcome(Outcome::failed, "cancelled"); }
  // Asking twice does it once, so an attempt that was cut is simply made again.
  Status done = co_await attempt.outside->drive_unit(order->unit, order->verb, attempt.deadline);
  if (done) {
    const std::string_view past = order->verb == "stop" ? "stopped" : "healthy";
    co_return make_outcome(Outcome::ok, fmt::format("{} is {}", order->unit, past));
  }
  if (done.error().code == Code::cancelled) { co_return not_settled(); }
  co_return make_outcome(Outcome::failed, done.error().what);
}

}  // namespace

extern const ExecutorKind service_executor;
constinit const ExecutorKind service_executor{
    .name = "service",
    .summary = "Starts, stops or restarts a service that Vigie runs, and waits until it is well.",
    .since = "0.1",
    .fields = {},
    .example_options = "timeout=2m",
    .example = "restart datajs",
    .quoting = Quoting::word,
    .repeat = Repeat::safe,
    .timeout = 2min,
    .disturbed = &disturbed,
    .check = &check,
    .perform = &perform,
};

}  // namespace vigie::runbook
