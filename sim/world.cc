#include "sim/world.h"

#include <fmt/core.h>

#include "daemon/deciders.h"
#include "model/codec.h"

namespace vigie::sim {

namespace {
constexpr int kRoundsMax = 10'000;
// Writing down everything costs as much as there is: two thirds of a life's time when every crash
// asked for it. What is large is compared at every fifth crash and copied at every tenth, by the
// count of crashes alone, so that a seed gives the same life again.
constexpr int kComparedEvery = 5;
constexpr int kCopiedEvery = 10;
constexpr size_t kComparedAlways = 100'000;

BookAdopted adopted(const config::Node& book) {
  std::string text = to_text(book.to_json());
  std::string hash = fmt::format("{:016x}", std::hash<std::string>{}(text));
  return {.hash = std::move(hash), .text = std::move(text)};
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
                .deciders = world.make_deciders_(),
                .perform = [&world](engine::Release r) { world.carriers_.perform(std::move(r)); },
                .trouble = [&world](std::string why) { world.take_trouble(why); },
                .decided =
                    [&world](const engine::Decided& what) {
                      world.witness_.take(what, world.clock_.mono());
                      if (world.decided) { world.decided(what); }
                    },
                .life = std::to_string(world.crashes_)}) {}

  Loop core, journal_loop;
  std::unique_ptr<journal::Journal> journal;
  engine::Engine engine;
  TaskGroup tasks;
};

World::World(config::Node book, WallTime start, uint64_t seed, MakeDeciders deciders)
    : make_deciders_(deciders ? std::move(deciders) : daemon::make_deciders),
      clock_(start),
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
  life_->core.run_ready();
  if (life_->engine.telemetry().differences != 0) {
    complain("a replay derives something else than what was recorded");
  }
  if (!remembered_.empty() && memory(false) != remembered_) {
    complain("a start remembers otherwise than the life before");
  }
  life_->engine.start(adopted(book_), "simulated");
  settle_instant();
}

void World::tell(EventBody input) {
  const size_t before = rows_->events.size();
  const std::string text = to_text(encode_event_body(input));
  // An outcome of what is not pending changes nothing and leaves no trace.
  const bool traced = !std::holds_alternative<EffectSettled>(input);
  life_->engine.submit(std::move(input), [this, before, text, traced](Status status) {
    if (!status || !traced) { return; }
    for (size_t i = before; i < rows_->events.size(); ++i) {
      const Event& event = rows_->events[i];
      if (!event.cause && to_text(encode_event_body(event.body)) == text) { return; }
    }
    complain("acknowledged and not in the journal: " + text);
  });
  settle_instant();
}

/// As the daemon does it: the loss of the journal is an alert of Vigie's own.
void World::take_trouble(const std::string& why) {
  const Labels labels{{"alertname", "VigieJournalNotDurable"}, {"severity", "critical"}};
  const std::string rule = "vigie;self;VigieJournalNotDurable";
  if (why.empty()) {
    life_->engine.submit(ConditionFell{.rule = rule, .labels = labels});
  } else {
    life_->engine.submit(
        ConditionRose{.rule = rule,
                      .labels = labels,
                      .annotations = {{"summary", "Vigie cannot write its journal"},
                                      {"description", "Pages still leave, from memory. " + why}},
                      .value = 1});
  }
}

void World::complain(std::string what) {
  if (broken_.size() < 10) { broken_.push_back(std::move(what)); }
}

void World::settle_instant() {
  for (int round = 0; round < kRoundsMax; ++round) {
    size_t ran = life_->core.run_ready() + life_->journal_loop.run_ready();
    for (EffectSettled& settled : carriers_.take_due()) {
      life_->engine.submit(std::move(settled));
      ++ran;
    }
    if (ran == 0) {
      if (telemetry().undurable == 0) { carriers_.remember(); }
      if (after_step) { after_step(); }
      return;
    }
  }
  ASSERT(false, "the world does not come to rest at {}", rfc3339(now()));
}

json::value World::ask(std::function<json::value(const engine::Heart&, WallTime)> question) {
  std::optional<json::value> answer;
  life_->tasks.spawn(keep(life_->engine, life_->core, std::move(question), &answer));
  life_->core.run_ready();
  ASSERT(answer.has_value(), "core does not answer");
  return *std::move(answer);
}

/// Everything the house knows, and what people see of it. `copied`: and a heart that reads it
/// knows the same, byte for byte.
std::string World::memory(bool copied) {
  const json::value out =
      ask([this, copied](const engine::Heart& heart, WallTime at) -> json::value {
        std::string text = heart.snapshot();
        if (copied) {
          engine::Heart copy(make_deciders_());
          if (!copy.restore(text) || copy.snapshot() != text) {
            complain("a snapshot does not survive a restore");
          }
        }
        constexpr std::pair<std::string_view, std::string_view> kViews[] = {
            {"alerting", "alerts"},  {"alerting", "groups"},      {"alerting", "conditions"},
            {"topology", "chains"},  {"topology", "services"},    {"incident", "incidents"},
            {"oncall", "oncall"},    {"oncall", "pages?limit=9"}, {"runbook", "runs"},
            {"runbook", "runbooks"}, {"supervise", "units"}};
        for (const auto& [room, path] : kViews) {
          text += "\n" + to_text(heart.decider(room)->view(path, at));
        }
        return json::value(text);
      });
  memory_size_ = out.get_string().size();
  return std::string(view_of(out.get_string()));
}

std::optional<MonoTime> World::next_instant() {
  const json::value wait = ask([](const engine::Heart& heart, WallTime at) -> json::value {
    const auto next = heart.next_timer();
    return next ? json::value((*next - at).count()) : json::value(nullptr);
  });
  std::optional<MonoTime> out = carriers_.next_due();
  if (wait.is_int64()) {
    const MonoTime timer = clock_.mono() + Millis{std::max<int64_t>(wait.get_int64(), 0)};
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
  // What the disk refused is forgotten; then the next life may know less.
  const bool compared = crashes_ % kComparedEvery == 0 || memory_size_ < kComparedAlways;
  const bool durable = telemetry().undurable == 0;
  remembered_ = compared && durable ? memory(crashes_ % kCopiedEvery == 0) : "";
  ++crashes_;
  life_.reset();
  carriers_.crash();
  witness_.recall(rows_->events, clock_.mono());
  begin_life();
}

void World::adopt(config::Node book) {
  book_ = std::move(book);
  tell(adopted(book_));
}

json::value World::view(std::string_view room, std::string_view path) {
  return ask([&](const engine::Heart& heart, WallTime at) -> json::value {
    const Decider* decider = heart.decider(room);
    return decider == nullptr ? json::value() : decider->view(path, at);
  });
}

uint64_t World::without_next(const std::vector<uint64_t>& incidents) {
  if (incidents.empty()) { return 0; }
  const json::value first = ask([&](const engine::Heart& heart, WallTime at) -> json::value {
    for (const uint64_t incident : incidents) {
      const std::string path = fmt::format("next/{}", incident);
      const bool comes = !heart.decider("oncall")->view(path, at).is_null() ||
                         !heart.decider("runbook")->view(path, at).is_null();
      if (!comes) { return incident; }
    }
    return 0;
  });
  return first.to_number<uint64_t>();
}

engine::Engine::Telemetry World::telemetry() const {
  return life_->engine.telemetry();
}

}  // namespace vigie::sim
