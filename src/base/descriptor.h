#pragma once

#include <memory>

#include "base/loop.h"

namespace vigie {

/// An open descriptor that can be waited for: socket, pipe, pidfd. Owns it; makes it non-blocking.
///
/// Lives on: the loop given, which outlives it. Time: each wait takes a deadline.
/// Limits: one reader and one writer may wait at the same time.
class Descriptor {
 public:
  Descriptor(Loop& loop, int fd);
  ~Descriptor();
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int fd() const;  ///< -1 once closed.
  bool open() const { return fd() >= 0; }
  /// Waits end at once with `cancelled`.
  void close();
  Loop& loop() const;

  /// Wakes when a read or a write would make progress (or fail): may wake for nothing, so try
  /// again. Errors: `timeout`, `cancelled`, `io`. MonoTime::max() waits for ever.
  Task<Status> readable(MonoTime deadline);
  Task<Status> writable(MonoTime deadline);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vigie
