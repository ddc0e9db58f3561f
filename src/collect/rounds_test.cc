#include "collect/rounds.h"

#include <gtest/gtest.h>

namespace vigie::collect {
namespace {

class Noted final : public Job {
 public:
  Noted(Loop& loop, Pace pace, Nanos takes = 0ns) : loop_(loop), pace_(pace), takes_(takes) {}
  Pace pace() const override { return pace_; }
  Task<void> round(WallTime at) override {
    begun.push_back(to_millis(at));
    if (takes_.count() != 0) {
      Status slept = co_await loop_.sleep_until(loop_.clock().mono() + takes_);
      cancelled += slept ? 0 : 1;
    }
  }
  void ended(WallTime) override { ++ends; }

  std::vector<int64_t> begun;
  int cancelled = 0;
  int ends = 0;

 private:
  Loop& loop_;
  const Pace pace_;
  const Nanos takes_;
};

class RoundsTest : public testing::Test {
 protected:
  RoundsTest() { loop_.run_ready(); }
  ~RoundsTest() override {
    last_.spawn(rounds_.stop());
    loop_.run_ready();
  }
  void forward(Nanos by, Nanos step = 1ms) {
    for (Nanos done = 0ns; done < by; done += step) {
      clock_.advance(step);
      loop_.run_ready();
    }
  }
  SimClock clock_{wall_from_millis(1'000'000)};
  Loop loop_{"test", clock_};
  TaskGroup last_;
  Rounds rounds_{loop_, 0};
};

TEST_F(RoundsTest, BeginAtTheirPhase) {
  const auto job = std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 1030});
  rounds_.start("a", job);
  forward(250ms);
  EXPECT_EQ(job->begun, (std::vector<int64_t>{1'000'030, 1'000'130, 1'000'230}));
}

TEST_F(RoundsTest, AlignWhatBeginsALittleLate) {
  const auto job = std::make_shared<Noted>(loop_, Job::Pace{.every = 10s, .seed = 0});
  rounds_.start("a", job);
  clock_.advance(10s + 2ms);
  loop_.run_ready();
  clock_.advance(10s + 5ms);
  loop_.run_ready();
  EXPECT_EQ(job->begun, (std::vector<int64_t>{1'010'000, 1'020'007}));
}

TEST_F(RoundsTest, TheFirstMayBeAtOnceAndHurryIsHeard) {
  const auto job =
      std::make_shared<Noted>(loop_, Job::Pace{.every = 1s, .seed = 0, .at_once = true});
  clock_.advance(300ms);
  rounds_.start("a", job);
  loop_.run_ready();
  clock_.advance(50ms);
  rounds_.hurry("a");
  loop_.run_ready();
  clock_.advance(650ms);
  loop_.run_ready();
  EXPECT_EQ(job->begun, (std::vector<int64_t>{1'000'300, 1'000'350, 1'001'000}));
}

TEST_F(RoundsTest, ASlowRoundSkipsInstants) {
  const auto job = std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 0}, 250ms);
  rounds_.start("a", job);
  forward(800ms);
  EXPECT_EQ(job->begun, (std::vector<int64_t>{1'000'100, 1'000'400, 1'000'700}));
}

TEST_F(RoundsTest, EndCancelsAndSaysSo) {
  const auto job = std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 0}, 1h);
  rounds_.start("a", job);
  forward(150ms);
  rounds_.end("a");
  EXPECT_FALSE(rounds_.has("a"));
  loop_.run_ready();
  EXPECT_EQ(job->cancelled, 1);
  EXPECT_EQ(job->ends, 1);
}

TEST_F(RoundsTest, ReplacingKeepsThePhaseAndIsNoEnd) {
  const auto first =
      std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 0, .at_once = true});
  const auto second =
      std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 0, .at_once = true});
  rounds_.start("a", first);
  forward(150ms);
  rounds_.start("a", second);
  forward(100ms);
  EXPECT_EQ(first->begun, (std::vector<int64_t>{1'000'000, 1'000'100}));
  EXPECT_EQ(second->begun, (std::vector<int64_t>{1'000'200}));
  EXPECT_EQ(first->ends, 0);
}

TEST_F(RoundsTest, AClockThatGoesBackDoesNotStopThem) {
  const auto job = std::make_shared<Noted>(loop_, Job::Pace{.every = 100ms, .seed = 0});
  rounds_.start("a", job);
  forward(250ms);
  clock_.jump_wall(-1h);
  forward(300ms);
  EXPECT_GE(job->begun.size(), 4u);
}

TEST(NextInstant, IsStrictlyLaterAndOnPhase) {
  const auto at = [](int64_t ms) { return wall_from_millis(ms); };
  EXPECT_EQ(next_instant(at(100), at(0), 10ms, 3), at(103));
  EXPECT_EQ(next_instant(at(103), at(0), 10ms, 3), at(113));
  EXPECT_EQ(next_instant(at(104), at(113), 10ms, 3), at(123));
  EXPECT_EQ(next_instant(at(-5), at(-100), 10ms, 3), at(3));
  EXPECT_EQ(next_instant(at(-8), at(-100), 10ms, 3), at(-7));
}

}  // namespace
}  // namespace vigie::collect
