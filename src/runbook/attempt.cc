// What every executor uses: outcomes, and waits that a cancelled run ends.
#include <fmt/format.h>

#include <utility>

#include "base/json.h"
#include "runbook/executor_kind.h"

namespace vigie::runbook {

namespace {

/// Length of the UTF-8 sequence that begins here; 0 when none does.
size_t sequence_length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(at);
  if (first < 0x80) { return 1; }
  size_t length = 0;
  if (first >= 0xC2 && first <= 0xDF) { length = 2; }
  if (first >= 0xE0 && first <= 0xEF) { length = 3; }
  if (first >= 0xF0 && first <= 0xF4) { length = 4; }
  if (length == 0 || at + length > text.size()) { return 0; }
  for (size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) { return 0; }
  }
  // Overlong forms, surrogates, beyond U+10FFFF.
  const unsigned char second = byte(at + 1);
  if ((first == 0xE0 && second < 0xA0) || (first == 0xED && second > 0x9F) ||
      (first == 0xF0 && second < 0x90) || (first == 0xF4 && second > 0x8F)) {
    return 0;
  }
  return length;
}

std::string clean(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size();) {
    const size_t length = sequence_length(text, at);
    if (length == 0 || text[at] == '\0') {
      out += "\xEF\xBF\xBD";
      ++at;
      continue;
    }
    out += text.substr(at, length);
    at += length;
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
