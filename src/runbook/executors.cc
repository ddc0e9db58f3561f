#include "runbook/executors.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <vector>

#include "base/disk.h"
#include "base/log.h"

namespace vigie::runbook {

namespace {

constexpr size_t kCancelledKept = 1000;

/// "run-12-restart-1" sorts by 12.
uint64_t run_number(std::string_view name) {
  uint64_t out = 0;
  if (name.starts_with("run-")) { name.remove_prefix(4); }
  std::from_chars(name.data(), name.data() + name.size(), out);
  return out;
}

}  // namespace

Executors::Executors(Outside outside) : outside_(std::move(outside)) {
  ASSERT(outside_.loop != nullptr, "executors live on a loop");
}

Executors::~Executors() = default;

Task<StepOutcome> Executors::perform(EffectId effect, RunStep step, bool maybe_ran_before,
                                     MonoTime deadline) {
  outside_.loop->assert_here();
  const ExecutorKind* kind = find_executor(step.kind);
  if (kind == nullptr) {
    co_return make_outcome(Outcome::failed,
                           fmt::format("this release has no executor \"{}\"", step.kind));
  }
  if (running_.contains(effect.text)) {
    BUG(false, "the attempt {} is under way already", effect.text);
    co_return not_settled();
  }
  const MonoTime limit = std::min(deadline, outside_.loop->clock().mono() + step.timeout);
  auto stop = std::make_shared<StopSign>();
  running_[effect.text] = stop;
  if (cancelled_.contains(effect.text)) { stop->raise(); }
  Attempt attempt{.outside = &outside_,
                  .effect = effect,
                  .step = std::move(step),
                  .maybe_ran_before = maybe_ran_before,
                  .deadline = limit,
                  .stop = stop};
  StepOutcome outcome = co_await kind->perform(std::move(attempt));
  running_.erase(effect.text);
  if (outcome.settled) { forget_old_attempts(); }
  co_return outcome;
}

void Executors::cancel(const EffectId& effect) {
  if (cancelled_.size() >= kCancelledKept) { cancelled_.erase(cancelled_.begin()); }
  cancelled_.insert(effect.text);
  const auto found = running_.find(effect.text);
  if (found == running_.end()) { return; }
  const std::shared_ptr<StopSign> sign = found->second;
  sign->raise();
}

void Executors::forget_old_attempts() {
  Result<std::vector<std::string>> names = real_disk().list(outside_.data_dir);
  if (!names || names->size() <= kAttemptsKept) { return; }
  std::stable_sort(names->begin(), names->end(), [](const std::string& a, const std::string& b) {
    return run_number(a) < run_number(b);
  });
  for (size_t i = 0; i + kAttemptsKept < names->size(); ++i) {
    const std::string& name = (*names)[i];
    const bool in_use = std::any_of(running_.begin(), running_.end(), [&](const auto& each) {
      return safe_file_name(each.first) == name;
    });
    std::error_code failed;
    if (!in_use) { std::filesystem::remove_all(outside_.data_dir + "/" + name, failed); }
    if (failed) { log::warn("runbook", "cannot remove an old attempt: {}", failed.message()); }
  }
}

std::string safe_file_name(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || c == '-' || c == '_' || (c == '.' && !out.empty())) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out.substr(0, 200);
}

const ExecutorKind* find_executor(std::string_view name) {
  for (const ExecutorKind* kind : executor_kinds()) {
    if (kind->name == name) { return kind; }
  }
  return nullptr;
}

}  // namespace vigie::runbook
