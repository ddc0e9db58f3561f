#include "base/subprocess.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>

#include "base/disk.h"

namespace vigie {
namespace {

MonoTime soon(Nanos in = 20s) {
  return real_clock().mono() + in;
}

Task<void> keep_exit(Loop& loop, Command command, MonoTime deadline,
                     std::optional<Result<Exit>>* out) {
  Result<Exit> exit = co_await run(loop, std::move(command), deadline);
  out->emplace(std::move(exit));
}

struct Runner {
  Loop loop{"test", real_clock()};
  TaskGroup tasks;
  std::optional<Result<Exit>> got;

  Result<Exit> run_to_end(Command command, Nanos within = 20s) {
    tasks.spawn(keep_exit(loop, std::move(command), soon(within), &got));
    EXPECT_TRUE(loop.run_until([this] { return got.has_value(); }, soon(30s)));
    return *std::exchange(got, std::nullopt);
  }

  /// Looks again every few milliseconds: what init reaps wakes nobody here.
  bool eventually(const std::function<bool()>& done) {
    const MonoTime deadline = soon();
    while (!loop.run_until(done, soon(5ms)) && real_clock().mono() < deadline) {}
    return done();
  }
};

Command shell(std::string script) {
  return {.argv = {"sh", "-c", std::move(script)}};
}

bool gone(pid_t pid) {
  const Result<ProcessStat> stat = process_stat(pid);
  return !stat || stat->state == 'Z';
}

TEST(Subprocess, GivesOutputAndCode) {
  Runner runner;
  const Result<Exit> exit = runner.run_to_end(shell("echo out; echo err >&2; exit 3"));
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 3);
  EXPECT_EQ(exit->out, "out\nerr\n");
  EXPECT_EQ(exit->text(), "exit 3");
  EXPECT_FALSE(exit->truncated);
}

TEST(Subprocess, KeepsOutputsApartWhenAsked) {
  Runner runner;
  Command command = shell("echo out; echo err >&2");
  command.merge_output = false;
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out, "out\n");
  EXPECT_EQ(exit->err, "err\n");
  EXPECT_TRUE(exit->good());
}

TEST(Subprocess, FeedsStandardInputEnvironmentAndDirectory) {
  Runner runner;
  Command command = shell("cat; echo $COLOR; pwd");
  command.stdin_text = std::string(200'000, 'x');
  command.env_added = {{"COLOR", "red"}};
  command.dir = "/";
  command.output_max = 1 << 20;
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out, command.stdin_text + "red\n/\n");
}

TEST(Subprocess, ClearsTheEnvironment) {
  Runner runner;
  ::setenv("VIGIE_SECRET_FOR_TEST", "x", 1);
  Command command = {.argv = {"env"}, .env_added = {{"A", "1"}}, .clear_env = true};
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out.find("VIGIE_SECRET_FOR_TEST"), std::string::npos);
  EXPECT_NE(exit->out.find("A=1\n"), std::string::npos);
}

TEST(Subprocess, SaysWhyItCannotRun) {
  Runner runner;
  const Result<Exit> missing = runner.run_to_end({.argv = {"/no/such/program"}});
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().what.find("/no/such/program"), std::string::npos);
  const Result<Exit> refused = runner.run_to_end({.argv = {"/etc/passwd"}});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Code::denied);
  const Result<Exit> nothing = runner.run_to_end({});
  ASSERT_FALSE(nothing);
  EXPECT_EQ(nothing.error().code, Code::invalid);
}

TEST(Subprocess, KeepsHeadAndTailOfMuchOutput) {
  Runner runner;
  Command command = shell("echo begin; yes | head -c 3000000; echo end");
  command.output_max = 1000;
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->truncated);
  EXPECT_TRUE(exit->out.starts_with("begin\n"));
  EXPECT_TRUE(exit->out.ends_with("end\n"));
  EXPECT_LT(exit->out.size(), 1100u);
  EXPECT_NE(exit->out.find("[... 2999010 bytes left out ...]"), std::string::npos);
}

TEST(Subprocess, EndsTheWholeGroupAtTheDeadline) {
  Runner runner;
  const Result<Exit> exit = runner.run_to_end(shell("sleep 1000 & echo $!; wait"), 200ms);
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->timed_out);
  EXPECT_EQ(exit->text(), "timed out");
  const pid_t child = std::stoi(exit->out);
  EXPECT_TRUE(runner.eventually([&] { return gone(child); }));
}

TEST(Subprocess, KillsWhatIgnoresSigterm) {
  Runner runner;
  // The inner one leaves the session, too.
  Command command = shell("trap '' TERM; setsid sleep 1000 & echo $!; while :; do sleep 1; done");
  command.kill_after = 100ms;
  const Result<Exit> exit = runner.run_to_end(command, 300ms);
  ASSERT_TRUE(exit);
  EXPECT_TRUE(exit->timed_out);
  EXPECT_EQ(exit->signal, SIGKILL);
  const pid_t child = std::stoi(exit->out);
  EXPECT_TRUE(runner.eventually([&] { return gone(child); }));
}

TEST(Subprocess, DoesNotWaitForADaemonThatKeepsThePipe) {
  Runner runner;
  Command command = shell("sleep 1000 & echo $!");
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->code, 0);
  const pid_t child = std::stoi(exit->out);
  EXPECT_FALSE(gone(child));
  ::kill(child, SIGKILL);
}

TEST(Subprocess, CancelEndsTheTree) {
  std::optional<Result<Exit>> got;
  pid_t child = 0;
  {
    Loop loop("test", real_clock());
    TaskGroup tasks;
    const std::string path = fmt::format("{}/vigie-cancel-{}", ::testing::TempDir(), ::getpid());
    Command command = shell("echo $$ > " + path + ".new; mv " + path + ".new " + path +
                            "; trap '' TERM; while :; do sleep 1; done");
    tasks.spawn(keep_exit(loop, command, soon(), &got));
    const auto started = [&] { return std::filesystem::exists(path); };
    while (!loop.run_until(started, real_clock().mono() + 5ms)) {}
    child = std::stoi(*real_disk().read_file(path, 100));
    EXPECT_FALSE(gone(child));
    tasks.cancel();
    ASSERT_TRUE(got.has_value());
    ASSERT_FALSE(*got);
    EXPECT_EQ(got->error().code, Code::cancelled);
    std::filesystem::remove(path);
    // The loop ends before the grace: SIGKILL must come all the same.
  }
  EXPECT_TRUE(gone(child));
}

TEST(Subprocess, LeavesNoDescriptorBehind) {
  Runner runner;
  const auto open_descriptors = [] {
    size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/self/fd")) {
      ++count;
    }
    return count;
  };
  static_cast<void>(runner.run_to_end(shell("true")));
  const size_t before = open_descriptors();
  const int ours = ::open("/dev/null", O_RDONLY);  // Without CLOEXEC, as a library may do.
  const Result<Exit> exit = runner.run_to_end(shell("ls /proc/self/fd"));
  ::close(ours);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->out, "0\n1\n2\n3\n");  // 3 is the directory that ls reads.
  EXPECT_EQ(open_descriptors(), before);
}

Task<void> keep_status(Task<Status> task, std::optional<Status>* out) {
  Status status = co_await std::move(task);
  out->emplace(std::move(status));
}

TEST(Spawn, LivesOnAndIsRecognised) {
  Loop loop("test", real_clock());
  TaskGroup tasks;
  Result<Spawned> spawned = spawn_detached(shell("exec sleep 1000"), -1);
  ASSERT_TRUE(spawned);
  EXPECT_GT(spawned->start_time, 0u);
  const Result<int> same = open_pidfd(spawned->pid, spawned->start_time);
  ASSERT_TRUE(same);
  ::close(*same);
  const Result<int> other = open_pidfd(spawned->pid, spawned->start_time + 1);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::not_found);
  const Result<Exit> early = reap(spawned->pidfd);
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Code::conflict);

  EXPECT_EQ(kill_tree(spawned->pid, SIGTERM), 1u);
  std::optional<Status> ended;
  tasks.spawn(keep_status(wait_exit(loop, spawned->pidfd, soon()), &ended));
  ASSERT_TRUE(loop.run_until([&] { return ended.has_value(); }, soon()));
  EXPECT_TRUE(*ended);
  const Result<Exit> exit = reap(spawned->pidfd);
  ASSERT_TRUE(exit);
  EXPECT_EQ(exit->text(), "killed by SIGTERM");
  ::close(spawned->pidfd);
}

TEST(Spawn, WaitEndsAtItsDeadline) {
  Loop loop("test", real_clock());
  TaskGroup tasks;
  Result<Spawned> spawned = spawn_detached(shell("exec sleep 1000"), -1);
  ASSERT_TRUE(spawned);
  std::optional<Status> ended;
  tasks.spawn(keep_status(wait_exit(loop, spawned->pidfd, soon(20ms)), &ended));
  ASSERT_TRUE(loop.run_until([&] { return ended.has_value(); }, soon()));
  ASSERT_FALSE(*ended);
  EXPECT_EQ(ended->error().code, Code::timeout);
  kill_tree(spawned->pid, SIGKILL);
  ::close(spawned->pidfd);
}

TEST(Spawn, MarkFindsTheDaemonThatLeftItsParents) {
  Runner runner;
  Command command = shell("(setsid sleep 1000 & echo $!)");
  command.tree_mark = fmt::format("test-{}", ::getpid());
  const Result<Exit> exit = runner.run_to_end(command);
  ASSERT_TRUE(exit);
  const pid_t child = std::stoi(exit->out);
  EXPECT_FALSE(gone(child));
  // 999999999 is above pid_max: only the mark can find it.
  EXPECT_TRUE(runner.eventually([&] {
    kill_tree(999'999'999, SIGKILL, command.tree_mark);
    return gone(child);
  }));
}

TEST(ProcessStat, ReadsNamesWithParentheses) {
  const Result<ProcessStat> stat = parse_process_stat(
      "42 (a) b (c) S 1 42 42 0 -1 4194560 0 0 0 0 7 8 0 0 20 0 3 0 12345 8192 2 0 0");
  ASSERT_TRUE(stat);
  EXPECT_EQ(stat->name, "a) b (c");
  EXPECT_EQ(stat->state, 'S');
  EXPECT_EQ(stat->user_ticks, 7u);
  EXPECT_EQ(stat->threads, 3u);
  EXPECT_EQ(stat->start_time, 12345u);
  EXPECT_EQ(stat->virtual_bytes, 8192u);
  EXPECT_FALSE(parse_process_stat("42 (a) S 1"));
  EXPECT_FALSE(parse_process_stat(""));
}

}  // namespace
}  // namespace vigie
