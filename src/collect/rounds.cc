#include "collect/rounds.h"

#include <algorithm>

namespace vigie::collect {

namespace {

constexpr Millis kAlignWithin = 2ms;

WallTime aligned(WallTime slot, WallTime now, Millis every) {
  const Millis off = now > slot ? now - slot : slot - now;
  return off <= std::min(kAlignWithin, every / 100) ? slot : now;
}

}  // namespace

struct Rounds::Entry {
  explicit Entry(std::shared_ptr<Job> j) : job(std::move(j)) {}
  std::shared_ptr<Job> job;
  TaskGroup tasks;
  std::shared_ptr<Completion<bool>> pausing;
  WallTime last{};
  bool rushed = false;
  bool leaving = false;
  bool says_end = false;
};

WallTime next_instant(WallTime now, WallTime last, Millis every, uint64_t phase) {
  const int64_t step = std::max<int64_t>(every.count(), 1);
  const auto offset = static_cast<int64_t>(phase % static_cast<uint64_t>(step));
  // After a jump back the last instant lies far ahead and no longer counts.
  const WallTime after = last - now > every ? now : std::max(now, last);
  const int64_t since = to_millis(after) - offset;
  const int64_t turns = since >= 0 ? since / step : -((-since + step - 1) / step);
  return wall_from_millis((turns + 1) * step + offset);
}

Rounds::~Rounds() {
  *alive_ = false;
}

void Rounds::start(const std::string& key, std::shared_ptr<Job> job) {
  auto& slot = running_[key];
  WallTime last{};
  if (slot != nullptr) {
    last = slot->last;
    retire(std::exchange(slot, nullptr));
  }
  slot = std::make_shared<Entry>(std::move(job));
  slot->last = last;
  slot->rushed = last == WallTime{} && slot->job->pace().at_once;
  slot->tasks.spawn(run(slot));
}

void Rounds::end(const std::string& key) {
  const auto found = running_.find(key);
  if (found == running_.end()) { return; }
  std::shared_ptr<Entry> entry = std::move(found->second);
  running_.erase(found);
  entry->says_end = true;
  retire(std::move(entry));
}

void Rounds::retire(std::shared_ptr<Entry> entry) {
  entry->leaving = true;
  leaving_.push_back(entry);
  entry->tasks.cancel();
  sweep();
}

void Rounds::sweep() {
  sweep_posted_ = false;
  std::vector<std::shared_ptr<Entry>> gone;
  std::erase_if(leaving_, [&gone](const std::shared_ptr<Entry>& entry) {
    if (entry->tasks.size() != 0) { return false; }
    gone.push_back(entry);
    return true;
  });
  const WallTime now = loop_.clock().wall();
  for (const auto& entry : gone) {
    if (entry->says_end) { entry->job->ended(now); }
  }
}

void Rounds::hurry(const std::string& key) {
  const auto found = running_.find(key);
  if (found == running_.end()) { return; }
  found->second->rushed = true;
  if (const auto pausing = found->second->pausing) { pausing->complete(true); }
}

Task<void> Rounds::pause(std::shared_ptr<Entry> entry, MonoTime until) {
  auto done = std::make_shared<Completion<bool>>();
  done->on_cancel = [raw = done.get()] { raw->complete(false); };
  const Loop::TimerId timer = loop_.call_at(until, [done] { done->complete(true); });
  entry->pausing = done;
  const bool woken = co_await wait(done);
  static_cast<void>(woken);
  loop_.cancel_timer(timer);
  entry->pausing = nullptr;
}

Task<void> Rounds::run(std::shared_ptr<Entry> entry) {
  const Clock& clock = loop_.clock();
  while (!entry->leaving) {
    const Job::Pace pace = entry->job->pace();
    const WallTime before = clock.wall();
    WallTime slot = before;
    if (!std::exchange(entry->rushed, false)) {
      slot = next_instant(before, entry->last, pace.every, pace.seed ^ seed_);
      co_await pause(entry, clock.mono() + Nanos(slot - before));
      if (entry->leaving) { break; }
      // Woken early, or the pace changed meanwhile: find the instant again.
      if (clock.wall() + 1ms < slot) { continue; }
    }
    const WallTime now = clock.wall();
    entry->last = std::max(slot, now);
    // A job may replace itself; it must outlive its own round.
    const std::shared_ptr<Job> job = entry->job;
    co_await job->round(aligned(slot, now, pace.every));
  }
  if (entry->leaving && !sweep_posted_) {
    sweep_posted_ = true;
    loop_.post([this, alive = alive_] {
      if (*alive) { sweep(); }
    });
  }
}

Task<void> Rounds::stop() {
  for (auto& [key, entry] : running_) { leaving_.push_back(std::move(entry)); }
  running_.clear();
  const std::vector<std::shared_ptr<Entry>> all = leaving_;
  for (const auto& entry : all) {
    entry->leaving = true;
    entry->tasks.cancel();
  }
  for (const auto& entry : all) { co_await entry->tasks.join(); }
  leaving_.clear();
}

}  // namespace vigie::collect
