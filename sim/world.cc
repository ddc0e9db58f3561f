#include "sim/world.h"

#include <fmt/core.h>

#include "daemon/deciders.h"

namespace vigie::sim {

namespace {
constexpr int kRoundsMax = 10'000;

BookAdopted adopted(const config::Node& book) {
  std::string text = to_text(book.to_json());
  return {.hash = fmt::format("{:016x}", std::hash<std::string>{}(text)), .text = std::move(text)};
}

Task<void> keep(engine::Engine& engine, Loop& core,
                std::function<json::value(const engine::Heart&, WallTime)> question,
                std::optional<json::value>* out) {
  json::value answer = co_await engine.ask(core, std::move(question));
  out->emplace(std::move(answer));
}

}  // namespace

struct World::Life {
  Life(World& world, const Clock& clock)
      : core("core", clock),
        journal_loop("journal", clock),
        journal(journal::Journal::over(journal_loop,
                                       std::make_unique<journal::FaultyBackend>(world.rows_))),
        engine({.core = core,
                .journal = *journal,
                .deciders = daemon::make_deciders(),
                .perform = [&world](engine::Release r) { world.carriers_.perform(std::move(r)); },
                .trouble = {},
                .decided = {}}) {}

  Loop core, journal_loop;
  std::unique_ptr<journal::Journal> journal;
  engine::Engine engine;
  TaskGroup tasks;
};

World::World(config::Node book, WallTime start, uint64_t seed)
    : clock_(start),
      book_(std::move(book)),
      carriers_(clock_, seed),
      rows_(std::make_shared<journal::FaultyBackend::Rows>()) {
  begin_life();
}

World::~World() = default;

void World::begin_life() {
  life_ = std::make_unique<Life>(*this, clock_);
  const Status loaded = life_->engine.load();
  ASSERT(loaded.has_value(), "the journal cannot be loaded: {}", loaded.error().what);
  replay_differences_ += life_->engine.telemetry().differences;
  life_->core.run_ready();
  life_->engine.start(adopted(book_), "simulated");
  settle_instant();
}

void World::tell(EventBody input) {
  const uint64_t number = ++acknowledged_;
  static_cast<void>(number);
  const size_t before = rows_->events.size();
  life_->engine.submit(std::move(input), [this, before](Status status) {
    // An outcome of an unknown effect gives no event; every other acknowledged input does.
    if (status && rows_->events.size() < before) { ++acknowledged_lost_; }
  });
  settle_instant();
}

void World::settle_instant() {
  for (int round = 0; round < kRoundsMax; ++round) {
    size_t ran = life_->core.run_ready() + life_->journal_loop.run_ready();
    for (EffectSettled& settled : carriers_.take_due()) {
      life_->engine.submit(std::move(settled));
      ++ran;
    }
    if (ran == 0) {
      if (after_step) { after_step(); }
      return;
    }
  }
  ASSERT(false, "the world does not come to rest at {}", rfc3339(now()));
}

std::optional<MonoTime> World::next_instant() {
  std::optional<json::value> answer;
  life_->tasks.spawn(keep(
      life_->engine, life_->core,
      [](const engine::Heart& heart, WallTime at) -> json::value {
        const auto next = heart.next_timer();
        return next ? json::value((*next - at).count()) : json::value(nullptr);
      },
      &answer));
  life_->core.run_ready();
  std::optional<MonoTime> out = carriers_.next_due();
  if (answer && answer->is_int64()) {
    const MonoTime timer = clock_.mono() + Millis{std::max<int64_t>(answer->get_int64(), 0)};
    if (!out || timer < *out) { out = timer; }
  }
  return out;
}

void World::forward(Millis by) {
  const MonoTime end = clock_.mono() + by;
  while (true) {
    MonoTime next = next_instant().value_or(end);
    if (!life_->engine.telemetry().durable) {
      // The engine retries its commit every second.
      next = std::min<MonoTime>(next, clock_.mono() + 1s);
    }
    // Timers of the past fire by themselves; the clock must still move.
    if (next <= clock_.mono()) { next = clock_.mono() + 1ms; }
    if (next >= end) { break; }
    clock_.advance(next - clock_.mono());
    settle_instant();
  }
  clock_.advance(end - clock_.mono());
  settle_instant();
}

void World::crash() {
  ++crashes_;
  life_.reset();
  carriers_.crash();
  begin_life();
}

void World::adopt(config::Node book) {
  book_ = std::move(book);
  tell(adopted(book_));
}

json::value World::view(std::string_view room, std::string_view path) {
  std::optional<json::value> answer;
  auto question = [room = std::string(room), path = std::string(path)](const engine::Heart& heart,
                                                                       WallTime at) -> json::value {
    const Decider* decider = heart.decider(room);
    return decider == nullptr ? json::value() : decider->view(path, at);
  };
  life_->tasks.spawn(keep(life_->engine, life_->core, std::move(question), &answer));
  life_->core.run_ready();
  ASSERT(answer.has_value(), "core does not answer");
  return *std::move(answer);
}

std::string World::snapshot() {
  std::optional<json::value> answer;
  life_->tasks.spawn(keep(
      life_->engine, life_->core,
      [](const engine::Heart& heart, WallTime) -> json::value {
        return json::value(heart.snapshot());
      },
      &answer));
  life_->core.run_ready();
  ASSERT(answer.has_value(), "core does not answer");
  return std::string(view_of(answer->get_string()));
}

engine::Engine::Telemetry World::telemetry() const {
  return life_->engine.telemetry();
}

}  // namespace vigie::sim
