#include "daemon/performer.h"

#include "base/log.h"

namespace vigie::daemon {

namespace {

constexpr size_t kRunningMax = 1'000;
/// Beyond the deciders' own patience: an attempt that hangs becomes a failure, then the next
/// channel.
constexpr Nanos kNotifyWait = 30s;
/// A step ends by its own timeout; this one only guards against an executor that forgot.
constexpr Nanos kStepSlack = 60s;

}  // namespace

Performer::~Performer() {
  if (tasks_->size() == 0) { return; }
  log::error("daemon", "{} effects did not end with Vigie; the next start settles them",
             tasks_->size());
  static_cast<void>(tasks_.release());
}

void Performer::perform(engine::Release release) {
  if (stopping_) { return; }
  // A cancelled step is no work of its own, and must not wait behind what it cancels.
  if (const auto* abort = std::get_if<AbortStep>(&release.effect.body)) {
    deps_.executors.cancel(abort->effect);
    settle({.effect = release.effect.id, .outcome = Outcome::ok, .detail = {}, .data = {}});
    return;
  }
  if (tasks_->size() >= kRunningMax) {
    waiting_.push_back(std::move(release));
    return;
  }
  start(std::move(release));
}

void Performer::start(engine::Release release) {
  tasks_->spawn(run(std::move(release)));
}

void Performer::start_next() {
  if (waiting_.empty() || stopping_) { return; }
  engine::Release next = std::move(waiting_.front());
  waiting_.pop_front();
  // Not from inside the task that just ended: its place in the group is not free yet.
  deps_.edge.post([this, next = std::make_shared<engine::Release>(std::move(next))] {
    if (!stopping_) { start(std::move(*next)); }
  });
}

Task<void> Performer::run(engine::Release release) {
  const EffectBody& body = release.effect.body;
  if (std::holds_alternative<Page>(body) || std::holds_alternative<Notify>(body)) {
    co_await notify(std::move(release));
  } else if (std::holds_alternative<RunStep>(body)) {
    co_await step(std::move(release));
  } else {
    co_await unit(std::move(release));
  }
  start_next();
}

Task<void> Performer::notify(engine::Release release) {
  const EffectId id = release.effect.id;
  release.effect.id.text = std::move(release.key);
  const MonoTime deadline = deps_.edge.clock().mono() + kNotifyWait;
  const oncall::Settled settled = co_await deps_.notifiers.perform(
      std::move(release.effect), release.attempt, release.repeat, deadline);
  if (stopping_) { co_return; }
  settle(
      {.effect = id, .outcome = settled.outcome, .detail = settled.detail, .data = settled.data});
}

Task<void> Performer::step(engine::Release release) {
  const EffectId id = release.effect.id;
  RunStep step = std::get<RunStep>(std::move(release.effect.body));
  const MonoTime deadline = deps_.edge.clock().mono() + step.timeout + kStepSlack;
  const runbook::StepOutcome ended =
      co_await deps_.executors.perform(id, std::move(step), release.repeat, deadline);
  if (!ended.settled) { co_return; }
  settle({.effect = id, .outcome = ended.outcome, .detail = ended.detail, .data = ended.data});
}

Task<void> Performer::unit(engine::Release release) {
  const EffectId id = release.effect.id;
  supervise::Settled ended;
  if (auto* start = std::get_if<StartUnit>(&release.effect.body)) {
    ended = co_await deps_.units.perform(id, std::move(*start));
  } else if (auto* stop = std::get_if<StopUnit>(&release.effect.body)) {
    ended = co_await deps_.units.perform(id, std::move(*stop));
  }
  if (!ended.settled) { co_return; }
  settle({.effect = id, .outcome = ended.outcome, .detail = ended.detail, .data = ended.data});
}

void Performer::settle(EffectSettled settled) {
  ++performed_;
  if (settled.outcome != Outcome::ok) {
    ++failed_;
    log::warn("daemon", "{}: {}: {}", settled.effect.text, word_of(settled.outcome),
              settled.detail);
  }
  deps_.settled(std::move(settled));
}

Task<void> Performer::stop() {
  stopping_ = true;
  waiting_.clear();
  co_await tasks_->cancel_and_join();
}

}  // namespace vigie::daemon
