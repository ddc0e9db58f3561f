#pragma once

#include <deque>
#include <memory>
#include <string>

#include "base/task.h"
#include "base/time.h"
#include "stage/fwd.h"

namespace vigie::stage {

/// What a courier carries: the body, or for an empty one only the address.
struct Parcel {
  std::string path, body;
};

/// Hands messages to one next stage over HTTP, in order, each tried a few times.
/// Lives on: the loop. Limits: 1,000 waiting; more are refused, which the metrics say as failed.
class Courier {
 public:
  /// `label` and `value` stand at the counters: {to="event"}.
  Courier(Stage& stage, std::string to, std::string base_url, int attempts);
  /// Spawns its work into the stage's tasks.
  void start();
  void offer(Parcel parcel);
  size_t waiting() const { return waiting_.size(); }

 private:
  Task<void> carry();
  Task<void> deliver(Parcel parcel);

  Stage& stage_;
  const std::string to_, base_url_;
  const int attempts_;
  std::deque<Parcel> waiting_;
  std::shared_ptr<Completion<bool>> bell_;
};

}  // namespace vigie::stage
