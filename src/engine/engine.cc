#include "engine/engine.h"

#include <fmt/core.h>

#include <atomic>
#include <deque>
#include <mutex>
#include <utility>

#include "base/log.h"
#include "engine/replay.h"
#include "engine/steady_wall.h"

namespace vigie::engine {

namespace {

constexpr size_t kInputsMax = 20'000;
constexpr size_t kUndurableMax = 100'000;
/// Events between two snapshots: bounds the replay at a start to some tens of milliseconds.
constexpr uint64_t kSnapshotEvery = 2'000;
constexpr Nanos kRetryCommit = 1s;
/// How often the wall clock is compared with the monotonic one while nothing happens.
constexpr Nanos kClockCheck = 5s;

template <class T>
void add_all(std::vector<T>& to, const std::vector<T>& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void add_to(journal::Batch& whole, const journal::Batch& part) {
  add_all(whole.events, part.events);
  add_all(whole.effects, part.effects);
  add_all(whole.settled, part.settled);
  add_all(whole.attempted, part.attempted);
  if (part.snapshot) { whole.snapshot = part.snapshot; }
}

bool leaves_undurable(const EffectBody& body) {
  return std::holds_alternative<Page>(body) || std::holds_alternative<Notify>(body);
}

}  // namespace

struct Engine::Impl : std::enable_shared_from_this<Engine::Impl> {
  struct Input {
    EventBody body;
    Committed committed;
  };
  /// A batch on its way to the disk, with what waits for it.
  struct Undurable {
    journal::Batch batch;
    std::vector<Release> releases;
    std::vector<Committed> committed;
    bool released = false;
  };

  explicit Impl(EngineDeps given)
      : deps(std::move(given)), heart(std::move(deps.deciders)), wall(deps.core.clock()) {}

  EngineDeps deps;
  Heart heart;
  SteadyWall wall;
  bool running = false;
  bool durable = true;
  bool committing = false;
  uint64_t snapshot_at = 0;
  std::optional<Loop::TimerId> timer;
  std::deque<std::shared_ptr<Undurable>> undurable;
  std::vector<journal::PendingEffect> owed;  ///< From load() to start().
  std::function<void()> stopped;

  std::mutex mutex;
  std::deque<Input> inbox;
  bool posted = false;
  std::atomic<uint64_t> inputs{0}, events{0}, effects{0}, refused{0};
  std::atomic<uint64_t> replayed{0}, differences{0}, seq{0};
  std::atomic<size_t> pending_count{0}, undurable_events{0};
  std::atomic<bool> durable_view{true};

  void drain();
  void work(std::deque<Input> taken);
  void decide_one(Input input, WallTime now, Undurable& into);
  void push(std::shared_ptr<Undurable> batch);
  void commit_next();
  void committed(const Status& status, const std::vector<std::shared_ptr<Undurable>>& group);
  void lost_durability(const Error& why);
  void release(Undurable& batch);
  void set_timer();
  void reissue(Undurable& into);
};

Engine::Engine(EngineDeps deps) : impl_(std::make_shared<Impl>(std::move(deps))) {}
Engine::~Engine() = default;

Status Engine::load() {
  VIGIE_TRY(const Replayed found, replay(impl_->deps.journal.backend(), impl_->heart));
  VIGIE_TRY(impl_->owed, impl_->deps.journal.backend().pending());
  impl_->replayed = found.events;
  impl_->differences = found.differences;
  impl_->seq = impl_->heart.newest().value;
  impl_->snapshot_at =
      impl_->heart.newest().value - std::min<uint64_t>(found.events, impl_->heart.newest().value);
  if (found.differences != 0) {
    log::warn("engine", "{} recorded inputs are decided differently by this version",
              found.differences);
  }
  return ok();
}

void Engine::start(BookAdopted book, std::string version) {
  Impl& impl = *impl_;
  impl.deps.core.assert_here();
  auto first = std::make_shared<Impl::Undurable>();
  const WallTime now = impl.wall.now();
  // The clock was set back while nobody ran, or the crash took the note of it along: waits recorded
  // by the old clock would last for that much longer.
  if (const Millis by = now - impl.heart.newest_at(); by < Millis{0}) {
    log::warn("engine", "the clock is {} behind the journal", format_duration(-by));
    impl.decide_one({ClockJumped{.by = by}, {}}, now, *first);
  }
  if (book.hash != impl.heart.book_hash()) {
    impl.decide_one({std::move(book), {}}, now, *first);
    // What comes after a new book is replayed from here, never across it.
    impl.snapshot_at = 0;
  }
  impl.decide_one({DaemonStarted{.version = std::move(version)}, {}}, now, *first);
  impl.reissue(*first);
  impl.running = true;
  impl.push(std::move(first));
  impl.drain();
}

void Engine::Impl::reissue(Undurable& into) {
  for (const journal::PendingEffect& pending : std::exchange(owed, {})) {
    // Settled by what start() decided just now, for example because the book lost its unit.
    if (!heart.pending().contains(pending.effect.id)) { continue; }
    if (!pending.damage.empty()) {
      // Who asked for it must hear that it will not happen.
      log::error("engine", "{} is damaged in the journal and cannot be done: {}",
                 pending.effect.id.text, pending.damage);
      EffectSettled failed{.effect = pending.effect.id,
                           .outcome = Outcome::failed,
                           .detail = "it is damaged in the journal: " + pending.damage};
      decide_one({std::move(failed), {}}, wall.now(), into);
      continue;
    }
    into.batch.attempted.push_back(pending.effect.id);
    into.releases.push_back(
        {.effect = pending.effect, .key = {}, .attempt = pending.attempts + 1, .repeat = true});
  }
}

void Engine::stop(std::function<void()> done) {
  impl_->deps.core.assert_here();
  impl_->stopped = std::move(done);
  auto last = std::make_shared<Impl::Undurable>();
  last->batch.snapshot = journal::Snapshot{
      .seq = impl_->heart.newest(), .at = impl_->wall.now(), .body = impl_->heart.snapshot()};
  impl_->running = false;
  impl_->push(std::move(last));
}

void Engine::submit(EventBody input, Committed committed) {
  bool wake = false;
  {
    const std::lock_guard lock(impl_->mutex);
    const bool full =
        impl_->inbox.size() >= kInputsMax || impl_->undurable_events.load() >= kUndurableMax;
    if (!full) {
      impl_->inbox.push_back({std::move(input), std::move(committed)});
      committed = {};
      wake = !std::exchange(impl_->posted, true);
    } else {
      ++impl_->refused;
    }
  }
  if (wake) {
    impl_->deps.core.post([impl = impl_] { impl->drain(); });
  }
  if (committed) { committed(error(Code::exhausted, "the engine cannot take more now")); }
}

void Engine::Impl::drain() {
  if (!running) { return; }
  std::deque<Input> taken;
  {
    const std::lock_guard lock(mutex);
    taken.swap(inbox);
    posted = false;
  }
  work(std::move(taken));
  set_timer();
}

void Engine::Impl::work(std::deque<Input> taken) {
  auto batch = std::make_shared<Undurable>();
  const Millis jump = wall.take_jump();
  const WallTime now = wall.now();
  if (jump != Millis{0}) {
    log::warn("engine", "the clock moved by {}", format_duration(jump));
    decide_one({ClockJumped{.by = jump}, {}}, now, *batch);
  }
  for (Input& input : taken) { decide_one(std::move(input), now, *batch); }
  // Timers after inputs: an acknowledgement that arrived in time beats the escalation.
  for (int rounds = 0; rounds < 1'000; ++rounds) {
    const std::optional<WallTime> next = heart.next_timer();
    if (!next || *next > now) { break; }
    decide_one({TimerDue{}, {}}, now, *batch);
  }
  if (batch->batch.events.empty() && batch->committed.empty()) { return; }
  push(std::move(batch));
}

void Engine::Impl::decide_one(Input input, WallTime now, Undurable& into) {
  Decided decided = heart.decide(std::move(input.body), now);
  ++inputs;
  events += decided.events.size();
  effects += decided.effects.size();
  if (deps.decided) { deps.decided(decided); }
  for (const Effect& effect : decided.effects) {
    into.batch.effects.push_back(effect);
    into.releases.push_back({.effect = effect, .key = {}});
  }
  std::move(decided.events.begin(), decided.events.end(), std::back_inserter(into.batch.events));
  std::move(decided.settled.begin(), decided.settled.end(), std::back_inserter(into.batch.settled));
  if (input.committed) { into.committed.push_back(std::move(input.committed)); }
}

void Engine::Impl::push(std::shared_ptr<Undurable> batch) {
  seq = heart.newest().value;
  pending_count = heart.pending().size();
  if (running && heart.newest().value >= snapshot_at + kSnapshotEvery) {
    batch->batch.snapshot =
        journal::Snapshot{.seq = heart.newest(), .at = wall.now(), .body = heart.snapshot()};
    snapshot_at = heart.newest().value;
  }
  undurable_events += batch->batch.events.size();
  if (!durable) { release(*batch); }
  undurable.push_back(std::move(batch));
  if (!committing && durable) { commit_next(); }
}

void Engine::Impl::commit_next() {
  if (undurable.empty()) {
    if (stopped) { std::exchange(stopped, {})(); }
    return;
  }
  committing = true;
  // All that waits becomes one transaction: group commit. Copied, since a refusal is retried; a
  // disk that refused is asked with the first batch alone, so that hours of it cost nothing.
  const auto last = durable ? undurable.end() : undurable.begin() + 1;
  std::vector<std::shared_ptr<Undurable>> group(undurable.begin(), last);
  journal::Batch whole;
  for (const auto& waiting : group) { add_to(whole, waiting->batch); }
  auto self = shared_from_this();
  deps.journal.commit(std::move(whole), [self, group = std::move(group)](Status status) {
    self->deps.core.post([self, group, status] { self->committed(status, group); });
  });
}

void Engine::Impl::committed(const Status& status,
                             const std::vector<std::shared_ptr<Undurable>>& group) {
  committing = false;
  if (!status) {
    lost_durability(status.error());
    return;
  }
  if (!durable) {
    durable = true;
    durable_view = true;
    log::info("engine", "the journal is durable again");
    if (deps.trouble) { deps.trouble(""); }
  }
  for (const auto& batch : group) {
    ASSERT(!undurable.empty() && undurable.front() == batch, "a commit out of order");
    undurable.pop_front();
    undurable_events -= batch->batch.events.size();
    release(*batch);
    for (const Committed& done : batch->committed) { done(ok()); }
  }
  commit_next();
}

void Engine::Impl::lost_durability(const Error& why) {
  if (std::exchange(durable, false)) {
    durable_view = false;
    log::error("engine", "the journal refuses writes: {}; pages leave from memory", why.what);
    if (deps.trouble) { deps.trouble(why.what); }
  }
  for (const auto& batch : undurable) { release(*batch); }
  auto self = shared_from_this();
  deps.core.call_at(deps.core.clock().mono() + kRetryCommit, [self] {
    if (!self->committing) { self->commit_next(); }
  });
}

void Engine::Impl::release(Undurable& batch) {
  if (durable) {
    for (Release& item : batch.releases) {
      item.key = item.effect.id.text;
      deps.perform(std::move(item));
    }
    batch.releases.clear();
    return;
  }
  // Not on disk: a page may leave twice, which is allowed; a runbook step may not run twice.
  std::vector<Release> kept;
  for (Release& item : batch.releases) {
    if (leaves_undurable(item.effect.body)) {
      item.key = fmt::format("{}-memory-{}", item.effect.id.text, deps.life);
      deps.perform(std::move(item));
    } else {
      kept.push_back(std::move(item));
    }
  }
  batch.releases = std::move(kept);
}

void Engine::Impl::set_timer() {
  if (timer) { deps.core.cancel_timer(*timer); }
  Nanos wait = kClockCheck;
  if (const std::optional<WallTime> next = heart.next_timer()) {
    wait = std::clamp<Nanos>(*next - wall.now(), Nanos{0}, kClockCheck);
  }
  auto self = weak_from_this();
  timer = deps.core.call_at(deps.core.clock().mono() + wait, [self] {
    const auto alive = self.lock();
    if (!alive) { return; }
    alive->timer.reset();
    alive->drain();
  });
}

Task<json::value> Engine::ask(Loop& home,
                              std::function<json::value(const Heart&, WallTime)> question) {
  auto answer = std::make_shared<Completion<std::shared_ptr<json::value>>>();
  Loop* back = &home;
  auto impl = impl_;
  impl->deps.core.post([impl, back, answer, question = std::move(question)] {
    auto value = std::make_shared<json::value>(question(impl->heart, impl->wall.now()));
    back->post([answer, value] { answer->complete(value); });
  });
  const std::shared_ptr<json::value> value = co_await wait(answer);
  co_return std::move(*value);
}

Engine::Telemetry Engine::telemetry() const {
  const Impl& impl = *impl_;
  return {.inputs = impl.inputs,
          .events = impl.events,
          .effects = impl.effects,
          .refused = impl.refused,
          .replayed = impl.replayed,
          .differences = impl.differences,
          .seq = impl.seq,
          .pending = impl.pending_count,
          .undurable = impl.undurable_events,
          .durable = impl.durable_view};
}

}  // namespace vigie::engine
