#include "base/task.h"

namespace vigie {

void CancelScope::cancel() {
  cancelled_ = true;
  // A cancelled wait may resume a coroutine that adds or removes others: take them one by one.
  while (!waiters_.empty()) {
    Waiter* waiter = waiters_.back();
    waiters_.pop_back();
    waiter->cancel();
  }
}

struct TaskGroup::Root {
  struct promise_type {
    CancelScope* scope;
    promise_type(Task<void>&, TaskGroup* group) : scope(&group->scope_) {}
    Root get_return_object() { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

TaskGroup::TaskGroup() = default;

TaskGroup::~TaskGroup() {
  ASSERT(running_ == 0, "a task group ends with {} tasks running: join it first", running_);
}

TaskGroup::Root TaskGroup::run(Task<void> task, TaskGroup* group) {
  {
    // The frame of the task goes before the group may go.
    Task<void> owned = std::move(task);
    co_await std::move(owned);
  }
  group->finished();
}

void TaskGroup::spawn(Task<void> task) {
  ++running_;
  run(std::move(task), this);
}

void TaskGroup::finished() {
  --running_;
  if (running_ != 0) { return; }
  const auto joiners = std::exchange(joiners_, {});
  for (const auto& joiner : joiners) { joiner->complete(true); }
}

Task<void> TaskGroup::join() {
  if (running_ == 0) { co_return; }
  auto joined = std::make_shared<Completion<bool>>();
  joiners_.push_back(joined);
  co_await wait(joined);
}

Task<void> TaskGroup::cancel_and_join() {
  cancel();
  co_await join();
}

}  // namespace vigie
