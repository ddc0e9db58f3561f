#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/task.h"
#include "base/time.h"

namespace vigie::collect {

/// Something that is done again and again: a scrape, a probe, a collection, a robot's round.
class Job {
 public:
  struct Pace {
    Millis every{0};
    uint64_t seed = 0;     ///< Spreads jobs of one pace evenly over it.
    bool at_once = false;  ///< The first round does not wait for its turn.
  };

  virtual ~Job() = default;
  /// Asked before every round, so it may change.
  virtual Pace pace() const = 0;
  /// One round; `at` is the instant that it counts for. Ends by its own deadline.
  virtual Task<void> round(WallTime at) = 0;
  /// The job is over for good: said once, after its last round.
  virtual void ended(WallTime) {}
};

/// Keeps jobs going, each at its own pace and phase.
///
/// A job's rounds begin when wall time modulo its interval equals its phase, as in Prometheus, so
/// that they keep their distances through restarts. A round that began within 2 ms (and 1 %) of its
/// instant counts for that instant exactly, which makes samples compress and align.
/// Lives on: one loop. Time: wall clock for the phase, monotonic for the waits; a jump of the wall
/// clock moves the next round by an interval at most.
/// Limits: one round of a job at a time; an instant missed is skipped.
class Rounds {
 public:
  Rounds(Loop& loop, uint64_t seed) : loop_(loop), seed_(seed) {}
  ~Rounds();

  /// Starts, or with a known key replaces: the old job ends without its `ended` being called, so
  /// that the new one can carry its state on.
  void start(const std::string& key, std::shared_ptr<Job> job);
  /// Cancels what runs and then calls `ended`.
  void end(const std::string& key);
  /// Does not wait for its turn this time.
  void hurry(const std::string& key);
  bool has(const std::string& key) const { return running_.count(key) != 0; }
  size_t size() const { return running_.size(); }
  /// Cancels and joins all, without calling `ended`: a restart is no end.
  Task<void> stop();

 private:
  struct Entry;
  Task<void> run(std::shared_ptr<Entry> entry);
  Task<void> pause(std::shared_ptr<Entry> entry, MonoTime until);
  void retire(std::shared_ptr<Entry> entry);
  void sweep();

  Loop& loop_;
  const uint64_t seed_;
  std::map<std::string, std::shared_ptr<Entry>> running_;
  std::vector<std::shared_ptr<Entry>> leaving_;
  bool sweep_posted_ = false;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

/// Awaited by a coroutine that wants to know whether it is being cancelled: what it just learnt may
/// then come from the cancelling, not from the world.
struct BeingCancelled {
  bool cancelled = false;
  bool await_ready() const noexcept { return false; }
  template <class P>
  bool await_suspend(std::coroutine_handle<P> waiting) noexcept {
    const CancelScope* scope = waiting.promise().scope;
    cancelled = scope != nullptr && scope->cancelled();
    return false;
  }
  bool await_resume() const noexcept { return cancelled; }
};

/// The first instant after `now` (and after `last`, unless the clock went back) that is `phase`
/// modulo `every`.
WallTime next_instant(WallTime now, WallTime last, Millis every, uint64_t phase);

}  // namespace vigie::collect
