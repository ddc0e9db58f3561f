#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "model/events.h"

namespace vigie::daemon {

/// Between the rules and the engine. While the store takes no samples every rule sees its data end,
/// which says nothing about the world: what the rules conclude is held, and only what is still true
/// when samples have come in again for a while goes on. Otherwise a full disk would page for every
/// chain.
///
/// Lives on: any thread. Limits: one held event for each condition and stage.
class Valve {
 public:
  using Sink = std::function<void(EventBody)>;

  explicit Valve(Sink sink) : sink_(std::move(sink)) {}

  void pass(EventBody event);
  void hold();
  /// Opens again, and lets out what is held.
  void release();

 private:
  void keep(std::string identity, EventBody event);

  const Sink sink_;
  std::mutex mutex_;
  bool holding_ = false;
  std::map<std::string, EventBody> held_;
  std::map<std::string, Flow> flows_;  ///< By stage: what went out last.
};

}  // namespace vigie::daemon
