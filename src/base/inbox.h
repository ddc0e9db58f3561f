#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string_view>
#include <vector>

#include "base/loop.h"

namespace vigie {

/// What a full inbox does with one more message; each such message is counted.
enum class WhenFull : uint8_t {
  refuse,       ///< The new message is refused; the sender hears of it.
  drop_oldest,  ///< The oldest goes; only for data that the newest replaces.
};

/// A bounded queue from any thread to one loop. The consumer is called on its loop with all that
/// waits, in order; one call is posted however many messages arrive meanwhile.
template <class T>
class Inbox {
 public:
  struct Options {
    std::string_view name;
    size_t capacity;
    WhenFull when_full = WhenFull::refuse;
  };
  using Consumer = std::function<void(std::vector<T>)>;

  Inbox(Loop& home, Options options, Consumer consumer)
      : home_(home), options_(options), consumer_(std::move(consumer)) {}

  /// `exhausted` when full and refusing.
  Status send(T message) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.size() >= options_.capacity) {
        dropped_.fetch_add(1, std::memory_order_relaxed);
        if (options_.when_full == WhenFull::refuse) {
          return error(Code::exhausted, std::string(options_.name) + ": the inbox is full");
        }
        waiting_.pop_front();
      }
      waiting_.push_back(std::move(message));
      wake = !std::exchange(posted_, true);
    }
    if (wake) {
      home_.post([this] { deliver(); });
    }
    return ok();
  }

  size_t depth() const {
    const std::lock_guard lock(mutex_);
    return waiting_.size();
  }
  uint64_t dropped() const { return dropped_.load(std::memory_order_relaxed); }

 private:
  void deliver() {
    std::vector<T> batch;
    {
      const std::lock_guard lock(mutex_);
      batch.assign(std::make_move_iterator(waiting_.begin()),
                   std::make_move_iterator(waiting_.end()));
      waiting_.clear();
      posted_ = false;
    }
    if (!batch.empty()) { consumer_(std::move(batch)); }
  }

  Loop& home_;
  const Options options_;
  const Consumer consumer_;
  mutable std::mutex mutex_;
  std::deque<T> waiting_;
  bool posted_ = false;
  std::atomic<uint64_t> dropped_{0};
};

}  // namespace vigie
