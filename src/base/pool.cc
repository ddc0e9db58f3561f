#include <pthread.h>

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "base/loop.h"

namespace vigie {

struct Pool::Impl {
  std::string name;
  size_t queued_max;
  mutable std::mutex mutex;
  std::condition_variable ready;
  std::deque<Work> queue;
  bool stopping = false;
  std::vector<std::thread> threads;

  void work() {
    pthread_setname_np(pthread_self(), name.substr(0, 15).c_str());
    std::unique_lock lock(mutex);
    while (true) {
      ready.wait(lock, [this] { return stopping || !queue.empty(); });
      if (queue.empty()) { return; }
      Work next = std::move(queue.front());
      queue.pop_front();
      lock.unlock();
      next();
      next = Work{};
      lock.lock();
    }
  }
};

Pool::Pool(std::string name, size_t threads, size_t queued_max) : impl_(std::make_unique<Impl>()) {
  impl_->name = std::move(name);
  impl_->queued_max = queued_max;
  for (size_t i = 0; i < threads; ++i) {
    impl_->threads.emplace_back([this] { impl_->work(); });
  }
}

Pool::~Pool() {
  stop();
}

Status Pool::submit(Work work) {
  {
    const std::lock_guard lock(impl_->mutex);
    if (impl_->stopping) { return error(Code::cancelled, "the pool is stopping"); }
    if (impl_->queue.size() >= impl_->queued_max) {
      return error(Code::exhausted, impl_->name + ": too much work is waiting");
    }
    impl_->queue.push_back(std::move(work));
  }
  impl_->ready.notify_one();
  return ok();
}

size_t Pool::queued() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->queue.size();
}

void Pool::stop() {
  {
    const std::lock_guard lock(impl_->mutex);
    impl_->stopping = true;
  }
  impl_->ready.notify_all();
  for (std::thread& thread : impl_->threads) {
    if (thread.joinable()) { thread.join(); }
  }
}

}  // namespace vigie
