#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/task.h"
#include "base/time.h"
#include "base/work.h"

namespace boost::asio {
class io_context;
}

// Clang checks that methods of one loop are called on it; g++ ignores the words.
#if defined(__clang__)
#define VIGIE_CAPABILITY __attribute__((capability("loop")))
#define OWNED_BY(loop) __attribute__((guarded_by(loop)))
#define ON_LOOP(loop) __attribute__((requires_capability(loop)))
#define VIGIE_ASSERTS_LOOP __attribute__((assert_capability()))
#else
#define VIGIE_CAPABILITY
#define OWNED_BY(loop)
#define ON_LOOP(loop)
#define VIGIE_ASSERTS_LOOP
#endif

namespace vigie {

/// A named loop with one thread: the home of sockets, of deciders, of the store.
///
/// Time: timers are monotonic and come from the clock given. With a SimClock a test owns the
/// loop: it calls run_ready() after each advance, and due timers fire in (time, sequence) order.
/// Limits: 1,000,000 pieces of posted work; more is a bug, since inboxes are bounded before.
class VIGIE_CAPABILITY Loop {
 public:
  Loop(std::string name, const Clock& clock);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  const std::string& name() const;
  const Clock& clock() const;

  void start();  ///< Runs on a thread of its own, named after the loop.
  void stop();   ///< Asks, then joins; from another thread. Idempotent.
  /// Runs what is ready (posted work, sockets, due timers) on this thread without waiting.
  size_t run_ready();
  /// Runs on this thread, waiting for work, until `done()` holds or the deadline passes (tests,
  /// the command line). Returns done().
  bool run_until(const std::function<bool()>& done, MonoTime deadline);

  void post(Work work);  ///< Any thread; in order.
  bool on_this_thread() const;
  void assert_here() const VIGIE_ASSERTS_LOOP;

  using TimerId = uint64_t;
  TimerId call_at(MonoTime when, Work work);  ///< On the loop (or before start).
  void cancel_timer(TimerId id);
  /// `cancelled` when the scope is cancelled first.
  Task<Status> sleep_until(MonoTime when);
  /// Comes back on this loop after what is already posted.
  Task<void> yield();

  struct Telemetry {
    uint64_t handled = 0;     ///< Pieces of work so far.
    uint64_t queued = 0;      ///< Waiting now.
    double busy_seconds = 0;  ///< Time spent working.
    double lag_seconds = 0;   ///< Newest wait from post to run.
  };
  Telemetry telemetry() const;

  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// A bounded pool for pure functions over immutable snapshots.
class Pool {
 public:
  Pool(std::string name, size_t threads, size_t queued_max);
  ~Pool();
  /// `exhausted` when the queue is full.
  Status submit(Work work);
  size_t queued() const;
  void stop();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Runs `f` on the pool and comes home to `home` with its value, or `exhausted`.
template <class F>
Task<Result<std::invoke_result_t<F>>> on(Pool& pool, Loop& home, F f) {
  using T = std::invoke_result_t<F>;
  auto done = std::make_shared<Completion<Result<T>>>();
  Loop* back = &home;
  Work work = [done, back, f = std::move(f)]() mutable {
    auto value = std::make_shared<T>(f());
    back->post([done, value] { done->complete(std::move(*value)); });
  };
  Status queued = pool.submit(std::move(work));
  if (!queued) { co_return std::move(queued).error(); }
  Result<T> value = co_await wait(done);
  co_return value;
}

}  // namespace vigie
