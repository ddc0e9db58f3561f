#include "base/task.h"

#include <gtest/gtest.h>

#include <string>

#include "base/inbox.h"
#include "base/loop.h"

namespace vigie {
namespace {

struct Counted {
  explicit Counted(int* live) : live_(live) { ++*live_; }
  Counted(const Counted& o) : live_(o.live_) { ++*live_; }
  Counted(Counted&& o) noexcept : live_(o.live_) { ++*live_; }
  Counted& operator=(const Counted&) = default;
  ~Counted() { --*live_; }
  int* live_;
};

Task<Result<std::string>> greet(Loop& loop, std::string name, MonoTime when) {
  Status slept = co_await loop.sleep_until(when);
  VIGIE_CO_CHECK(std::move(slept));
  co_return "hello " + name;
}

Task<void> keep_greeting(Loop& loop, std::string name, MonoTime when, std::string* out) {
  Result<std::string> greeting = co_await greet(loop, std::move(name), when);
  *out = greeting ? *greeting : greeting.error().what;
}

TEST(Task, WakesAtItsTimeAndNotBefore) {
  SimClock clock;
  Loop loop("test", clock);
  TaskGroup group;
  std::string out;
  group.spawn(keep_greeting(loop, "ana", clock.mono() + 5s, &out));
  clock.advance(5s - 1ns);
  loop.run_ready();
  EXPECT_EQ(out, "");
  clock.advance(1ns);
  loop.run_ready();
  EXPECT_EQ(out, "hello ana");
  EXPECT_EQ(group.size(), 0u);
}

TEST(Task, CancelReachesNestedWaits) {
  SimClock clock;
  Loop loop("test", clock);
  TaskGroup group;
  std::string out;
  group.spawn(keep_greeting(loop, "ben", clock.mono() + 5s, &out));
  group.cancel();
  EXPECT_EQ(out, "the wait was cancelled");
  EXPECT_EQ(group.size(), 0u);
}

Task<int> consume(Counted) {
  co_return 1;
}
Task<void> pass_temporaries(Loop& loop, int* live, int* sum) {
  for (int i = 0; i < 10; ++i) {
    co_await loop.yield();
    const int one = co_await consume(Counted{live});
    *sum += one;
  }
}

// GCC 12 has destroyed a temporary argument of an awaited call twice, or never (GCC PR 99576).
TEST(Task, TemporariesInAwaitedCallsAreDestroyedOnce) {
  SimClock clock;
  Loop loop("test", clock);
  TaskGroup group;
  int live = 0;
  int sum = 0;
  group.spawn(pass_temporaries(loop, &live, &sum));
  loop.run_ready();
  EXPECT_EQ(sum, 10);
  EXPECT_EQ(live, 0);
}

Task<Result<Counted>> fail_later(Loop& loop, int* live) {
  Counted local{live};
  co_await loop.yield();
  co_return error(Code::invalid, "no");
}
Task<Result<int>> early_return(Loop& loop, int* live) {
  Counted first{live};
  VIGIE_CO_TRY(Counted got, co_await fail_later(loop, live));
  co_return got.live_ == nullptr ? 0 : 1;
}
Task<void> call_early_return(Loop& loop, int* live, bool* failed) {
  Result<int> got = co_await early_return(loop, live);
  *failed = !got.has_value();
}

// GCC PR 101367 and 115851: early returns out of a coroutine must destroy each local once.
TEST(Task, EarlyReturnDestroysLocalsOnce) {
  SimClock clock;
  Loop loop("test", clock);
  TaskGroup group;
  int live = 0;
  bool failed = false;
  group.spawn(call_early_return(loop, &live, &failed));
  loop.run_ready();
  EXPECT_TRUE(failed);
  EXPECT_EQ(live, 0);
}

TEST(Loop, TimersFireInOrderOfTimeThenSequence) {
  SimClock clock;
  Loop loop("test", clock);
  std::string order;
  loop.call_at(clock.mono() + 2s, [&] { order += 'c'; });
  loop.call_at(clock.mono() + 1s, [&] { order += 'a'; });
  loop.call_at(clock.mono() + 1s, [&] { order += 'b'; });
  const auto cancelled = loop.call_at(clock.mono() + 1s, [&] { order += 'x'; });
  loop.cancel_timer(cancelled);
  clock.advance(3s);
  loop.run_ready();
  EXPECT_EQ(order, "abc");
}

TEST(Loop, PoolComesHome) {
  Loop loop("test", real_clock());
  Pool pool("pool", 1, 4);
  TaskGroup group;
  int got = 0;
  const auto work = [](Loop& l, Pool& p, int* out) -> Task<void> {
    Result<int> value = co_await on(p, l, [] { return 42; });
    *out = value ? *value : -1;
  };
  group.spawn(work(loop, pool, &got));
  EXPECT_TRUE(loop.run_until([&] { return got != 0; }, real_clock().mono() + 10s));
  EXPECT_EQ(got, 42);
}

TEST(Inbox, RefusesWhenFullAndCounts) {
  SimClock clock;
  Loop loop("test", clock);
  std::vector<int> seen;
  Inbox<int> inbox(loop, {.name = "test", .capacity = 2}, [&](std::vector<int> batch) {
    seen.insert(seen.end(), batch.begin(), batch.end());
  });
  EXPECT_TRUE(inbox.send(1));
  EXPECT_TRUE(inbox.send(2));
  const Status refused = inbox.send(3);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::exhausted);
  EXPECT_EQ(inbox.dropped(), 1u);
  loop.run_ready();
  EXPECT_EQ(seen, (std::vector<int>{1, 2}));
}

TEST(Duration, ReadsAndWritesPrometheusGrammar) {
  EXPECT_EQ(*parse_duration("1h30m"), 90min);
  EXPECT_EQ(format_duration(90min), "1h30m");
  EXPECT_EQ(*parse_duration("1d"), 24h);
  EXPECT_FALSE(parse_duration("30m1h"));
  EXPECT_FALSE(parse_duration("5"));
  EXPECT_FALSE(parse_duration("99999999999y"));
}

TEST(Rfc3339, RoundTripsWithOffsets) {
  EXPECT_EQ(rfc3339(*parse_rfc3339("2026-03-29T03:30:00.250+02:00")), "2026-03-29T01:30:00.250Z");
  EXPECT_FALSE(parse_rfc3339("2026-02-30T00:00:00Z"));
  EXPECT_FALSE(parse_rfc3339("yesterday"));
}

}  // namespace
}  // namespace vigie
