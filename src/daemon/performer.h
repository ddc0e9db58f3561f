#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "base/loop.h"
#include "engine/engine.h"
#include "oncall/notifiers.h"
#include "runbook/executors.h"
#include "supervise/units.h"

namespace vigie::daemon {

/// Carries released effects to the rooms that do them, and outcomes back to the engine.
///
/// Lives on: edge. Time: every effect has a deadline of its own kind. Limits: 1,000 effects at
/// once; more wait their turn, in order. Never: settles an effect that was cut by a stop; it is
/// re-issued at the next start. Never: is waited for by its destructor; what has not ended by then
/// is left alone, since the process ends.
class Performer {
 public:
  struct Deps {
    Loop& edge;
    oncall::Notifiers& notifiers;
    runbook::Executors& executors;
    supervise::Units& units;
    std::function<void(EffectSettled)> settled;
  };
  explicit Performer(Deps deps) : deps_(std::move(deps)) {}
  ~Performer();

  void perform(engine::Release release);
  Task<void> stop();

  struct Telemetry {
    uint64_t performed = 0, failed = 0;
    size_t running = 0, waiting = 0;
  };
  Telemetry telemetry() const { return {performed_, failed_, tasks_->size(), waiting_.size()}; }

 private:
  void start(engine::Release release);
  void start_next();
  Task<void> run(engine::Release release);
  Task<void> notify(engine::Release release);
  Task<void> step(engine::Release release);
  Task<void> unit(engine::Release release);
  void settle(EffectSettled settled);

  Deps deps_;
  std::unique_ptr<TaskGroup> tasks_ = std::make_unique<TaskGroup>();
  std::deque<engine::Release> waiting_;
  bool stopping_ = false;
  uint64_t performed_ = 0, failed_ = 0;
};

}  // namespace vigie::daemon
