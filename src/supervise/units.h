#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/task.h"
#include "model/effects.h"
#include "model/events.h"
#include "supervise/runtime_kind.h"

namespace vigie::supervise {

/// How an effect ended; becomes EffectSettled.
struct Settled {
  /// False: Vigie is stopping. Nothing is to be recorded; the effect is performed again at start.
  bool settled = true;
  Outcome outcome = Outcome::ok;
  std::string detail;
  std::string data;  ///< JSON {"pid", "start", "adopted"} of a start.
};

/// Starts, stops and watches units, and keeps their logs.
///
/// Lives on: edge. Owned by: the daemon. An orderly end of Vigie calls `stop_all` for those that
/// shall end, then `stop`; without it they run on and are adopted at the next start.
class Units {
 public:
  struct Living {
    std::string unit;
    int64_t pid = 0;
  };
  using OnExit = std::function<void(UnitExited)>;

  explicit Units(Ground ground);
  ~Units();

  /// Called on the loop when a process has ended, by itself or by us, and nothing of its tree lives
  /// any more: what it left behind is asked to end, and killed after the unit's grace. Set before
  /// the first start.
  void on_exit(OnExit callback) { on_exit_ = std::move(callback); }
  /// A new book's secrets and directory count from the next start on.
  void adopt(config::Secrets secrets, std::string book_dir);
  /// Looks at the logs' sizes every few seconds from now on.
  void start();
  /// Ends all waits; processes run on.
  Task<void> stop();

  Task<Settled> perform(EffectId effect, StartUnit start);
  Task<Settled> perform(EffectId effect, StopUnit stop);
  /// Ends all processes of these, one unit after the other in this order (the decider's
  /// "stop-order").
  Task<void> stop_all(std::vector<std::string> order);

  std::vector<Living> living() const;
  void rotate();
  Result<std::vector<std::string>> logs(const std::string& unit, size_t lines) const;
  std::string log_path(const std::string& unit) const;

 private:
  struct Watched {
    Instance instance;
    const RuntimeKind* kind = nullptr;
    int signal = 15;  ///< How it ends when Vigie ends.
    Millis grace{10'000};
  };
  Task<void> watch(std::string unit, Instance instance);
  Task<Status> end_leftovers(std::string unit, Watched watched);
  Task<void> keep_rotating();
  Task<Settled> end(std::string unit, StopOrder order, const RuntimeKind* kind);

  Ground ground_;
  OnExit on_exit_;
  std::map<std::string, Watched> living_;
  std::map<std::string, uint64_t> starts_;  ///< How often each was started in this life.
  TaskGroup tasks_;
  bool rotating_ = false;
};

}  // namespace vigie::supervise
