#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "base/assert.h"
#include "base/result.h"

namespace vigie {

/// Everything that waits below one TaskGroup; cancelling reaches each wait, wherever it nests.
/// Lives on: one loop. Not thread-safe.
class CancelScope {
 public:
  /// One wait. The operation behind it must still complete, with Code::cancelled.
  class Waiter {
   public:
    virtual ~Waiter() = default;
    virtual void cancel() = 0;
  };

  bool cancelled() const { return cancelled_; }
  void add(Waiter* waiter) { waiters_.push_back(waiter); }
  void remove(Waiter* waiter) { std::erase(waiters_, waiter); }
  void cancel();

 private:
  bool cancelled_ = false;
  std::vector<Waiter*> waiters_;
};

template <class T = void>
class Task;

namespace task_detail {

struct PromiseBase {
  std::coroutine_handle<> continuation;
  CancelScope* scope = nullptr;

  struct FinalAwaiter {
    bool await_ready() noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> self) noexcept {
      const std::coroutine_handle<> next = self.promise().continuation;
      return next ? next : std::noop_coroutine();
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  FinalAwaiter final_suspend() noexcept { return {}; }
  // Expected failures are Results; an exception that reaches a coroutine's edge is a bug.
  void unhandled_exception() noexcept { std::terminate(); }
};

template <class T>
struct Promise final : PromiseBase {
  std::optional<T> value;
  Task<T> get_return_object();
  template <class U>
  void return_value(U&& v) {
    value.emplace(std::forward<U>(v));
  }
};

template <>
struct Promise<void> final : PromiseBase {
  Task<void> get_return_object();
  void return_void() {}
};

}  // namespace task_detail

/// A lazy coroutine: starts when awaited, once, on the awaiter's loop, and inherits its cancel
/// scope. House rules (STYLE §6): no capturing lambda coroutines, one co_await per statement into a
/// named variable, parameters by value.
template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = task_detail::Promise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      if (handle_) { handle_.destroy(); }
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() {
    if (handle_) { handle_.destroy(); }
  }

  struct Awaiter {
    Handle handle;
    bool await_ready() const noexcept { return false; }
    template <class P>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<P> parent) noexcept {
      handle.promise().continuation = parent;
      handle.promise().scope = parent.promise().scope;
      return handle;
    }
    T await_resume() {
      if constexpr (!std::is_void_v<T>) { return std::move(*handle.promise().value); }
    }
  };
  Awaiter operator co_await() && { return Awaiter{handle_}; }

 private:
  Handle handle_;
};

namespace task_detail {
template <class T>
Task<T> Promise<T>::get_return_object() {
  return Task<T>{std::coroutine_handle<Promise>::from_promise(*this)};
}
inline Task<void> Promise<void>::get_return_object() {
  return Task<void>{std::coroutine_handle<Promise>::from_promise(*this)};
}
}  // namespace task_detail

/// Bridges a callback to a coroutine on the same loop. Shared by the coroutine, which awaits
/// `wait(completion)`, and by the operation, which calls `complete` exactly once as its last act
/// (later calls are ignored). `on_cancel` asks the operation to complete early.
template <class T>
class Completion final : public CancelScope::Waiter,
                         public std::enable_shared_from_this<Completion<T>> {
 public:
  std::function<void()> on_cancel;

  void complete(T value) {
    if (value_) { return; }
    value_.emplace(std::move(value));
    if (!waiting_) { return; }
    if (scope_ != nullptr) { scope_->remove(this); }
    std::exchange(waiting_, {}).resume();
  }
  bool completed() const { return value_.has_value(); }

  void cancel() override {
    // Kept alive while the operation drops its reference.
    const auto self = this->shared_from_this();
    if (on_cancel) { on_cancel(); }
  }

  bool await_ready() const noexcept { return value_.has_value(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> waiting) {
    waiting_ = waiting;
    scope_ = waiting.promise().scope;
    if (scope_ == nullptr) { return; }
    scope_->add(this);
    if (scope_->cancelled()) { cancel(); }
  }
  T await_resume() { return std::move(*value_); }

 private:
  std::optional<T> value_;
  std::coroutine_handle<> waiting_;
  CancelScope* scope_ = nullptr;
};

template <class T>
struct CompletionAwaiter {
  std::shared_ptr<Completion<T>> completion;
  bool await_ready() const noexcept { return completion->await_ready(); }
  template <class P>
  void await_suspend(std::coroutine_handle<P> waiting) {
    // A copy: completing inside may resume and destroy the frame that holds this awaiter.
    const auto kept = completion;
    kept->await_suspend(waiting);
  }
  T await_resume() { return completion->await_resume(); }
};

/// `auto c = std::make_shared<Completion<T>>(); start(c); T value = co_await wait(c);`
template <class T>
CompletionAwaiter<T> wait(std::shared_ptr<Completion<T>> completion) {
  return {std::move(completion)};
}

/// The home of running coroutines: none is detached, all can be cancelled and joined.
/// Lives on: one loop. Its destructor asserts that it is empty.
class TaskGroup {
 public:
  TaskGroup();
  ~TaskGroup();
  TaskGroup(const TaskGroup&) = delete;
  TaskGroup& operator=(const TaskGroup&) = delete;

  /// Starts at once, up to its first wait.
  void spawn(Task<void> task);
  size_t size() const { return running_; }
  void cancel() { scope_.cancel(); }
  /// Waits for all; with cancel() before it for a stop.
  Task<void> join();
  Task<void> cancel_and_join();

 private:
  struct Root;
  static Root run(Task<void> task, TaskGroup* group);
  void finished();

  CancelScope scope_;
  size_t running_ = 0;
  std::vector<std::shared_ptr<Completion<bool>>> joiners_;
};

}  // namespace vigie
