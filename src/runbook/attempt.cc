// What every executor uses: outcomes, and waits that a cancelled run ends.
#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "base/utf8.h"
#include "runbook/executor_kind.h"

namespace vigie::runbook {

namespace {

/// Texts of programs for people: UTF-8, and no byte that ends a text early.
std::string clean(std::string_view text) {
  std::string out = repaired_utf8(std::string(text));
  for (size_t at = out.find('\0'); at != std::string::npos; at = out.find('\0', at)) {
    out.replace(at, 1, "\xEF\xBF\xBD");
  }
  return out;
}

std::string bounded(std::string_view text) {
  constexpr size_t kPart = kOutputMax / 3;  // A replaced byte grows to three.
  if (text.size() <= kPart) { return clean(text); }
  constexpr size_t kHalf = kPart / 2 - 50;
  return fmt::format("{}\n[… {} bytes left out …]\n{}", clean(text.substr(0, kHalf)),
                     text.size() - 2 * kHalf, clean(text.substr(text.size() - kHalf)));
}

}  // namespace

StepOutcome make_outcome(Outcome outcome, std::string detail, std::string_view output,
                         int exit_status) {
  json::object data;
  std::string kept = clean(output);
  if (kept.size() > kOutputMax) { kept = bounded(output); }
  data["output"] = std::move(kept);
  if (exit_status >= 0) { data["exit_status"] = exit_status; }
  return {true, outcome, clean(detail), to_text(data)};
}

StepOutcome not_settled() {
  return {.settled = false, .outcome = Outcome::unknown, .detail = "", .data = ""};
}

void StopSign::raise() {
  raised_ = true;
  for (const std::weak_ptr<Completion<bool>>& each : std::exchange(waiting_, {})) {
    if (const auto completion = each.lock()) { completion->complete(false); }
  }
}

Task<bool> StopSign::sleep_until(Loop& loop, MonoTime when) {
  if (raised_) { co_return false; }
  auto done = std::make_shared<Completion<bool>>();
  done->on_cancel = [raw = done.get()] { raw->complete(false); };
  std::erase_if(waiting_, [](const auto& each) { return each.expired(); });
  waiting_.push_back(done);
  const Loop::TimerId timer = loop.call_at(when, [done] { done->complete(true); });
  const bool slept = co_await wait(done);
  loop.cancel_timer(timer);
  co_return slept;
}

}  // namespace vigie::runbook
