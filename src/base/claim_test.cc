#include "base/claim.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <functional>

#include "base/disk.h"
#include "base/loop.h"

namespace vigie {
namespace {

class ClaimTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/claim-XXXXXX";
    root_ = ::mkdtemp(path);
  }
  void TearDown() override { std::filesystem::remove_all(root_); }

  Result<Spawned> start(const std::string& script, ClaimEnd end = ClaimEnd::keep_status) {
    Command command;
    command.argv = {"/bin/sh", "-c", script};
    return spawn_claimed(command, dir(), end, wall_from_millis(1234), -1);
  }
  std::string dir() const { return root_ + "/one"; }
  bool there(const std::string& name) const { return std::filesystem::exists(root_ + "/" + name); }

  void wait_and_reap(const Spawned& spawned) {
    Loop loop("test", real_clock());
    TaskGroup group;
    bool done = false;
    group.spawn(wait(loop, spawned.pidfd, &done));
    ASSERT_TRUE(loop.run_until([&] { return done; }, real_clock().mono() + 10s));
    EXPECT_TRUE(reap(spawned.pidfd));
    ::close(spawned.pidfd);
  }
  static Task<void> wait(Loop& loop, int pidfd, bool* done) {
    Status ended = co_await wait_exit(loop, pidfd, real_clock().mono() + 9s);
    *done = ended.has_value();
  }
  /// A child that has not come to its claim yet would lose it to whoever settles first.
  void wait_for_pid() {
    Loop loop("test", real_clock());
    Loop::TimerId tick = 0;
    const std::function<void()> look_again = [&] {
      tick = loop.call_at(real_clock().mono() + 1ms, [&] { look_again(); });
    };
    look_again();
    ASSERT_TRUE(loop.run_until([&] { return there("one/pid"); }, real_clock().mono() + 10s));
    loop.cancel_timer(tick);
  }
  ClaimReading settled() {
    Result<ClaimReading> reading = read_claim(dir());
    while (reading && reading->state == ClaimState::starting) { reading = read_claim(dir()); }
    EXPECT_TRUE(reading);
    return *reading;
  }

  std::string root_;
};

TEST_F(ClaimTest, AStartThatNeverWasIsUntouched) {
  EXPECT_EQ(settled().state, ClaimState::untouched);
}

TEST_F(ClaimTest, TellsHowTheProgramEnded) {
  const Result<Spawned> spawned = start("exit 7");
  ASSERT_TRUE(spawned);
  wait_and_reap(*spawned);
  const ClaimReading reading = settled();
  EXPECT_EQ(reading.state, ClaimState::ended);
  EXPECT_EQ(reading.status, 7);
  EXPECT_EQ(reading.started, wall_from_millis(1234));
}

TEST_F(ClaimTest, FindsTheLivingOneAndNoticesWhenItWasKilled) {
  const Result<Spawned> spawned = start("sleep 100");
  ASSERT_TRUE(spawned);
  wait_for_pid();
  const ClaimReading living = settled();
  EXPECT_EQ(living.state, ClaimState::running);
  EXPECT_EQ(living.pid, spawned->pid);
  EXPECT_EQ(living.start_time, spawned->start_time);
  kill_tree(spawned->pid, 9);
  wait_and_reap(*spawned);
  EXPECT_EQ(settled().state, ClaimState::lost);
}

TEST_F(ClaimTest, BecomesTheProgram) {
  const Result<Spawned> spawned = start("sleep 100", ClaimEnd::become);
  ASSERT_TRUE(spawned);
  wait_for_pid();
  EXPECT_EQ(settled().pid, spawned->pid);
  kill_tree(spawned->pid, 9);
  wait_and_reap(*spawned);
  EXPECT_EQ(settled().state, ClaimState::lost);
}

TEST_F(ClaimTest, ALateChildFindsItsStartSettledAndLeaves) {
  // What a crash between the synced intent and the fork leaves behind.
  const std::string mark = root_ + "/ran";
  const Result<Spawned> first = start("touch " + mark);
  ASSERT_TRUE(first);
  wait_and_reap(*first);
  std::filesystem::remove(mark);
  for (const char* name : {"/pid", "/status", "/claim"}) { std::filesystem::remove(dir() + name); }
  EXPECT_EQ(settled().state, ClaimState::untouched);
  // The claim is ours now: the shell that would have been forked cannot have it.
  EXPECT_TRUE(there("one/claim"));
  EXPECT_NE(::system(("mkdir " + dir() + "/claim 2>/dev/null").c_str()), 0);
  EXPECT_FALSE(there("ran"));
}

TEST_F(ClaimTest, SettlingAtOnceMeansThatItNeverRuns) {
  const std::string mark = root_ + "/ran";
  for (int i = 0; i < 20; ++i) {
    const Result<Spawned> spawned = start("touch " + mark);
    ASSERT_TRUE(spawned);
    const ClaimState state = settled().state;
    wait_and_reap(*spawned);
    EXPECT_EQ(there("ran"), state != ClaimState::untouched);
    std::filesystem::remove_all(dir());
    std::filesystem::remove(mark);
  }
}

TEST_F(ClaimTest, NothingIsKnownAfterTheMachineWentDown) {
  const Result<Spawned> spawned = start("exit 0");
  ASSERT_TRUE(spawned);
  wait_and_reap(*spawned);
  ASSERT_TRUE(real_disk().write_file_atomic(dir() + "/intent", "another-boot 5\n", 0640));
  EXPECT_EQ(settled().state, ClaimState::ended);
  std::filesystem::remove(dir() + "/status");
  EXPECT_EQ(settled().state, ClaimState::lost);
}

TEST_F(ClaimTest, OneDirectoryServesOneStart) {
  const Result<Spawned> spawned = start("exit 0");
  ASSERT_TRUE(spawned);
  wait_and_reap(*spawned);
  const Result<Spawned> again = start("exit 0");
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Code::conflict);
}

}  // namespace
}  // namespace vigie
