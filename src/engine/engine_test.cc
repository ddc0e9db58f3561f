#include "engine/engine.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/replay.h"
#include "engine/testing/counting_decider.h"
#include "journal/testing/faulty_backend.h"

namespace vigie::engine {
namespace {

using Rows = journal::FaultyBackend::Rows;

/// One daemon's heart over rows that outlive it; both loops run on the test's thread.
struct Life {
  Life(SimClock& sim, std::shared_ptr<Rows> rows)
      : core("core", sim),
        journal_loop("journal", sim),
        journal(
            journal::Journal::over(journal_loop, std::make_unique<journal::FaultyBackend>(rows))) {
    std::vector<std::unique_ptr<Decider>> deciders;
    deciders.push_back(std::make_unique<CountingDecider>());
    engine.emplace(EngineDeps{.core = core,
                              .journal = *journal,
                              .deciders = std::move(deciders),
                              .perform = [this](Release r) { released.push_back(std::move(r)); },
                              .trouble = [this](std::string why) { troubles.push_back(why); },
                              .decided = {},
                              .life = "7"});
    const Status loaded = engine->load();
    EXPECT_TRUE(loaded) << loaded.error().what;
    core.run_ready();
    engine->start({.hash = "h", .text = "{}"}, "1.0");
    turn();
  }
  void turn() {
    for (int i = 0; i < 10; ++i) {
      core.run_ready();
      journal_loop.run_ready();
    }
  }
  void note(std::string text) {
    engine->submit(NoteAsked{.incident = {1}, .who = "ana", .via = "cli", .note = std::move(text)});
  }

  Loop core, journal_loop;
  std::unique_ptr<journal::Journal> journal;
  std::vector<Release> released;
  std::vector<std::string> troubles;
  std::optional<Engine> engine;
};

TEST(Engine, ReleasesAnEffectOnlyAfterItsCommit) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  Life life(clock, rows);
  life.note("disk");
  life.core.run_ready();
  EXPECT_TRUE(life.released.empty()) << "released before the journal ran";
  life.turn();
  ASSERT_EQ(life.released.size(), 1u);
  EXPECT_EQ(life.released[0].effect.id.text, "page-1");
  EXPECT_FALSE(life.released[0].repeat);
}

TEST(Engine, PagesLeaveFromMemoryWhileTheDiskIsFullAndAreRecordedLater) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  Life life(clock, rows);
  rows->failing = error(Code::exhausted, "disk full");
  life.note("disk");
  life.turn();
  ASSERT_EQ(life.released.size(), 1u);
  EXPECT_EQ(life.released[0].key, "page-1-memory-7") << "the next life may give page-1 again";
  EXPECT_EQ(life.troubles, (std::vector<std::string>{"disk full"}));
  EXPECT_FALSE(life.engine->telemetry().durable);
  rows->failing.reset();
  clock.advance(1s);
  life.turn();
  EXPECT_EQ(life.released.size(), 1u) << "sent twice";
  EXPECT_EQ(life.troubles.back(), "");
  EXPECT_EQ(rows->effects.size(), 1u);
}

TEST(Engine, AnEffectWithoutOutcomeIsReleasedAgainAfterACrashAndMarked) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  {
    Life life(clock, rows);
    life.note("one");
    life.note("two");
    life.turn();
    life.engine->submit(EffectSettled{.effect = {"page-1"}});
    life.turn();
  }
  Life life(clock, rows);
  ASSERT_EQ(life.released.size(), 1u);
  EXPECT_EQ(life.released[0].effect.id.text, "page-2");
  EXPECT_EQ(life.released[0].key, "page-2");
  EXPECT_TRUE(life.released[0].repeat);
  EXPECT_EQ(life.released[0].attempt, 2);
}

TEST(Engine, BytesThatAreNotUtf8AreMendedBeforeTheyAreDecidedAbout) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  {
    Life life(clock, rows);
    life.note("bo\xeete");
    life.turn();
  }
  ASSERT_FALSE(rows->events.empty());
  const auto note = std::find_if(rows->events.begin(), rows->events.end(), [](const Event& event) {
    return std::holds_alternative<NoteAsked>(event.body);
  });
  ASSERT_NE(note, rows->events.end());
  EXPECT_EQ(std::get<NoteAsked>(note->body).note, "bo\xEF\xBF\xBDte");
}

TEST(Engine, WhatIsDamagedInTheJournalHasFailed) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  {
    Life life(clock, rows);
    life.note("one");
    life.note("two");
    life.turn();
  }
  ASSERT_EQ(rows->effects.size(), 2u);
  rows->effects[0].damage = "JSON, byte 9";
  Life life(clock, rows);
  ASSERT_EQ(life.released.size(), 1u);
  EXPECT_EQ(life.released[0].effect.id.text, "page-2");
  const auto failed =
      std::find_if(rows->events.begin(), rows->events.end(), [](const Event& event) {
        const auto* settled = std::get_if<EffectSettled>(&event.body);
        return settled != nullptr && settled->outcome == Outcome::failed;
      });
  ASSERT_NE(failed, rows->events.end()) << "who asked for it waits for ever";
  EXPECT_EQ(std::get<EffectSettled>(failed->body).effect.text, "page-1");
}

TEST(Engine, ASecondOutcomeOfOneEffectChangesNothing) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  Life life(clock, rows);
  life.note("one");
  life.turn();
  life.engine->submit(EffectSettled{.effect = {"page-1"}});
  life.turn();
  const size_t events = rows->events.size();
  life.engine->submit(EffectSettled{.effect = {"page-1"}});
  life.turn();
  EXPECT_EQ(rows->events.size(), events);
}

TEST(Engine, TimersSurviveARestartExactly) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  {
    Life life(clock, rows);
    life.note("wake");
    life.turn();
    clock.advance(30s);
  }
  Life life(clock, rows);
  EXPECT_TRUE(life.released.empty());
  clock.advance(30s - 1ms);
  life.turn();
  EXPECT_TRUE(life.released.empty());
  clock.advance(1ms);
  life.turn();
  EXPECT_EQ(life.released.size(), 1u);
}

TEST(Engine, AJumpOfTheClockIsAnEvent) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  Life life(clock, rows);
  clock.jump_wall(-1h);
  clock.advance(5s);
  life.turn();
  bool seen = false;
  for (const Event& event : rows->events) {
    if (const auto* jumped = std::get_if<ClockJumped>(&event.body)) {
      seen = true;
      EXPECT_EQ(jumped->by, -1h);
    }
  }
  EXPECT_TRUE(seen);
}

TEST(Engine, AClockSetBackWhileNobodyRanIsAJump) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  { Life life(clock, rows); }
  clock.jump_wall(-1h);
  Life life(clock, rows);
  const auto jumped = std::ranges::find_if(rows->events, [](const Event& event) {
    return std::holds_alternative<ClockJumped>(event.body);
  });
  ASSERT_NE(jumped, rows->events.end());
  EXPECT_EQ(std::get<ClockJumped>(jumped->body).by, -1h);
}

TEST(Engine, RefusesInputsWhenTooManyWait) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  Life life(clock, rows);
  std::optional<Status> last;
  for (int i = 0; i < 20'001; ++i) {
    life.engine->submit(TimerDue{}, [&](Status s) { last = std::move(s); });
  }
  ASSERT_TRUE(last.has_value());
  EXPECT_EQ(last->error().code, Code::exhausted);
}

TEST(Engine, NumbersGoOnBehindFactsThatOnlyAnOlderVersionDerived) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  {
    Life life(clock, rows);
    life.note("page");
    life.turn();
  }
  Event extra = rows->events.back();
  extra.cause = extra.cause ? extra.cause : extra.seq;
  extra.seq.value += 1;
  rows->events.push_back(extra);
  Life life(clock, rows);
  life.note("page");
  life.turn();
  EXPECT_TRUE(life.engine->telemetry().durable) << "a number was given twice";
  EXPECT_GT(rows->events.back().seq.value, extra.seq.value);
}

TEST(Heart, ReplayGivesEqualBytes) {
  SimClock clock;
  auto rows = std::make_shared<Rows>();
  std::string live;
  {
    Life life(clock, rows);
    for (int i = 0; i < 20; ++i) {
      life.note(i % 3 == 0 ? "wake" : "page");
      clock.advance(10s);
      life.turn();
    }
    TaskGroup group;
    const auto keep = [](Engine& engine, Loop& core, std::string* out) -> Task<void> {
      const json::value text = co_await engine.ask(
          core, [](const Heart& heart, WallTime) { return json::value(heart.snapshot()); });
      *out = view_of(text.get_string());
    };
    group.spawn(keep(*life.engine, life.core, &live));
    life.turn();
  }
  journal::FaultyBackend backend(rows);
  std::vector<std::unique_ptr<Decider>> deciders;
  deciders.push_back(std::make_unique<CountingDecider>());
  Heart heart(std::move(deciders));
  const auto replayed = replay(backend, heart);
  ASSERT_TRUE(replayed);
  EXPECT_EQ(replayed->differences, 0u);
  EXPECT_EQ(heart.snapshot(), live);
}

TEST(Heart, WhatIfLeavesTheRealOneAlone) {
  std::vector<std::unique_ptr<Decider>> deciders;
  deciders.push_back(std::make_unique<CountingDecider>());
  Heart heart(std::move(deciders));
  heart.decide(NoteAsked{.note = "a"}, wall_from_millis(1));
  const std::string before = heart.snapshot();
  auto copy = heart.what_if();
  ASSERT_TRUE(copy);
  EXPECT_EQ(copy->decide(NoteAsked{.note = "b"}, wall_from_millis(2)).effects.size(), 1u);
  EXPECT_EQ(heart.snapshot(), before);
}

}  // namespace
}  // namespace vigie::engine
