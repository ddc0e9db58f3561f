#include "runbook/executors.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>

#include "base/disk.h"
#include "base/subprocess.h"

namespace vigie::runbook {
namespace {

Task<void> perform(Executors* executors, EffectId effect, RunStep step, bool before,
                   StepOutcome* out, bool* done) {
  StepOutcome outcome = co_await executors->perform(std::move(effect), std::move(step), before,
                                                    real_clock().mono() + 60s);
  *out = std::move(outcome);
  *done = true;
}

class ExecutorsTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/executors-XXXXXX";
    root_ = ::mkdtemp(path);
    outside_.loop = &loop_;
    outside_.data_dir = root_ + "/runs";
    outside_.book_dir = root_;
  }
  void TearDown() override {
    kill_tree(std::numeric_limits<pid_t>::max(), SIGKILL, "step:" + effect_.text);
    std::filesystem::remove_all(root_);
  }

  static RunStep step(std::string text, Millis timeout = 20s, std::string kind = "command") {
    return {.run = RunId{1},
            .incident = IncidentId{2},
            .step = "s",
            .kind = std::move(kind),
            .text = std::move(text),
            .timeout = timeout,
            .repeat = Repeat::never};
  }
  StepOutcome run(Executors& executors, RunStep what, bool before = false) {
    TaskGroup group;
    StepOutcome out;
    bool done = false;
    loop_.post(
        [&] { group.spawn(perform(&executors, effect_, std::move(what), before, &out, &done)); });
    EXPECT_TRUE(loop_.run_until([&] { return done; }, real_clock().mono() + 30s));
    return out;
  }
  StepOutcome run(RunStep what, bool before = false) {
    Executors executors(outside_);
    return run(executors, std::move(what), before);
  }
  /// Begins an attempt and stops Vigie while it runs.
  StepOutcome cut(RunStep what, const std::function<bool()>& when) {
    Executors executors(outside_);
    TaskGroup group;
    StepOutcome out;
    bool done = false;
    loop_.post(
        [&] { group.spawn(perform(&executors, effect_, std::move(what), false, &out, &done)); });
    EXPECT_TRUE(loop_.run_until(when, real_clock().mono() + 20s));
    loop_.post([&] { group.cancel(); });
    EXPECT_TRUE(loop_.run_until([&] { return done; }, real_clock().mono() + 20s));
    return out;
  }
  /// Files change without waking the loop: a timer looks again.
  void look_again() {
    tick_ = loop_.call_at(real_clock().mono() + 1ms, [this] { look_again(); });
  }
  bool there(const std::string& name) const { return std::filesystem::exists(root_ + "/" + name); }
  static std::string output_of(const StepOutcome& outcome) {
    return get_string(parse_json(outcome.data)->as_object(), "output");
  }
  std::string read(const std::string& name) const {
    return real_disk().read_file(root_ + "/" + name, 1 << 20).value_or("");
  }

  std::string root_;
  Loop loop_{"test", real_clock()};
  Outside outside_;
  EffectId effect_{"run-1-s-1"};
  Loop::TimerId tick_ = 0;
};

TEST_F(ExecutorsTest, ACommandSucceedsFailsAndTellsWhatItSaid) {
  RunStep good = step("echo \"$who $VIGIE_STEP $VIGIE_INCIDENT $VIGIE_EFFECT\"; pwd");
  good.params["who"] = "a b'c";
  StepOutcome outcome = run(good);
  EXPECT_EQ(outcome.outcome, Outcome::ok) << outcome.detail;
  EXPECT_EQ(output_of(outcome), "a b'c s 2 run-1-s-1\n" + root_ + "\n");
  effect_.text = "run-1-s-2";
  outcome = run(step("echo one\necho two >&2\nexit 3"));
  EXPECT_EQ(outcome.outcome, Outcome::failed);
  EXPECT_EQ(outcome.detail, "exit 3: two");
  EXPECT_EQ(get_int(parse_json(outcome.data)->as_object(), "exit_status"), 3);
  effect_.text = "run-1-s-3";
  outcome = run(step("false\ntouch after"));
  EXPECT_EQ(outcome.outcome, Outcome::failed);
  EXPECT_FALSE(there("after"));
}

TEST_F(ExecutorsTest, AMissingDirectoryIsAFailure) {
  RunStep lost = step("true");
  lost.options["dir"] = "nowhere";
  EXPECT_EQ(run(lost).outcome, Outcome::failed);
}

TEST_F(ExecutorsTest, TimeoutEndsTheWholeTree) {
  const StepOutcome outcome =
      run(step("setsid sh -c 'echo $$ >deep; exec sleep 60' & echo hi; sleep 60", 700ms));
  EXPECT_EQ(outcome.outcome, Outcome::failed);
  EXPECT_TRUE(outcome.detail.starts_with("timed out after")) << outcome.detail;
  EXPECT_EQ(output_of(outcome), "hi\n");
  const pid_t deep = std::stoi(read("deep"));
  // The signal was sent; the kernel may still be at it.
  const MonoTime patience = real_clock().mono() + 5s;
  Result<ProcessStat> left = process_stat(deep);
  while (left && left->state != 'Z' && real_clock().mono() < patience) {
    left = process_stat(deep);
  }
  EXPECT_TRUE(!left || left->state == 'Z');
}

TEST_F(ExecutorsTest, CancelEndsItAndHoldsForLaterToo) {
  Executors executors(outside_);
  TaskGroup group;
  StepOutcome out;
  bool done = false;
  loop_.post([&] {
    group.spawn(perform(&executors, effect_, step("touch begun; sleep 60"), false, &out, &done));
  });
  ASSERT_TRUE(loop_.run_until([&] { return there("begun"); }, real_clock().mono() + 10s));
  executors.cancel(effect_);
  ASSERT_TRUE(loop_.run_until([&] { return done; }, real_clock().mono() + 10s));
  EXPECT_EQ(out.detail, "cancelled");
  effect_.text = "run-1-s-2";
  executors.cancel(effect_);
  EXPECT_EQ(run(executors, step("touch late")).outcome, Outcome::failed);
  EXPECT_FALSE(there("late"));
}

TEST_F(ExecutorsTest, OutputIsBounded) {
  const StepOutcome outcome =
      run(step("echo first; head -c 3000000 /dev/zero | tr '\\0' 'x\\377'; echo; echo last"));
  EXPECT_EQ(outcome.outcome, Outcome::ok);
  const std::string output = output_of(outcome);
  EXPECT_LE(output.size(), kOutputMax);
  EXPECT_TRUE(output.starts_with("first\n"));
  EXPECT_TRUE(output.ends_with("last\n"));
}

// What a crash leaves is settled in one of four ways.
TEST_F(ExecutorsTest, SettlesOneThatWasNeverStarted) {
  const StepOutcome outcome = run(step("echo x >>ran"), true);
  EXPECT_EQ(outcome.outcome, Outcome::ok);
  EXPECT_EQ(read("ran"), "x\n");
}

TEST_F(ExecutorsTest, SettlesOneThatRunsByAdoptingIt) {
  const StepOutcome first =
      cut(step("echo x >>ran; while ! test -e go; do sleep 0.05; done; exit 4"),
          [&] { return there("ran"); });
  EXPECT_FALSE(first.settled);
  std::ofstream(root_ + "/go") << "";
  const StepOutcome second = run(step("echo x >>ran"), true);
  EXPECT_EQ(second.outcome, Outcome::failed);
  EXPECT_EQ(second.detail, "exit 4");
  EXPECT_EQ(read("ran"), "x\n");
}

TEST_F(ExecutorsTest, SettlesOneThatEndedMeanwhile) {
  cut(step("echo x >>ran; while ! test -e go; do sleep 0.05; done; echo bye; touch over"),
      [&] { return there("ran"); });
  std::ofstream(root_ + "/go") << "";
  const std::string status = "runs/run-1-s-1/1/status";
  look_again();
  ASSERT_TRUE(loop_.run_until([&] { return there(status); }, real_clock().mono() + 10s));
  loop_.cancel_timer(tick_);
  const StepOutcome outcome = run(step("echo x >>ran"), true);
  EXPECT_EQ(outcome.outcome, Outcome::ok);
  EXPECT_EQ(output_of(outcome), "bye\n");
  EXPECT_EQ(read("ran"), "x\n");
  // The same question again has the same answer.
  EXPECT_EQ(run(step("echo x >>ran"), true).outcome, Outcome::ok);
}

TEST_F(ExecutorsTest, SettlesOneThatWasCutAsUnknown) {
  cut(step("echo x >>ran; sleep 60"), [&] { return there("ran"); });
  kill_tree(std::numeric_limits<pid_t>::max(), SIGKILL, "step:" + effect_.text);
  const StepOutcome outcome = run(step("echo x >>ran"), true);
  EXPECT_EQ(outcome.outcome, Outcome::unknown);
  EXPECT_EQ(read("ran"), "x\n");
}

TEST_F(ExecutorsTest, AnAdoptedCommandKeepsItsTimeout) {
  cut(step("echo x >>ran; sleep 60", 1500ms), [&] { return there("ran"); });
  const MonoTime before = real_clock().mono();
  const StepOutcome outcome = run(step("echo x >>ran; sleep 60", 1500ms), true);
  EXPECT_EQ(outcome.outcome, Outcome::failed);
  EXPECT_LT(real_clock().mono() - before, 8s);
}

Task<Result<bool>> answer(int* asked, int true_after) {
  ++*asked;
  if (true_after < 0) { co_return error(Code::invalid, "parse error"); }
  co_return *asked > true_after;
}

TEST_F(ExecutorsTest, VerifyWaitsUntilItIsTrue) {
  int asked = 0;
  int true_after = 3;
  outside_.query = [&](const std::string&) { return answer(&asked, true_after); };
  RunStep verify = step("up > 0", 5s, "verify");
  verify.options["every"] = "10ms";
  EXPECT_EQ(run(verify).outcome, Outcome::ok);
  EXPECT_EQ(asked, 4);
  true_after = 1'000'000;
  verify.timeout = 100ms;
  const StepOutcome late = run(verify);
  EXPECT_EQ(late.outcome, Outcome::failed);
  EXPECT_NE(late.detail.find("it stayed false"), std::string::npos);
  true_after = -1;
  EXPECT_EQ(run(verify).detail, "parse error");
}

Task<Status> drive(std::string* asked, std::string unit, std::string verb) {
  *asked = verb + " " + unit;
  if (unit == "gone") { co_return error(Code::not_found, "there is no unit gone"); }
  co_return ok();
}
Task<Result<HttpAnswer>> respond(HttpAsk ask) {
  co_return HttpAnswer{.status = ask.body == "{}" ? 204 : 500, .body = ask.url};
}

TEST_F(ExecutorsTest, ServiceAndHttpAskTheDaemon) {
  std::string asked;
  outside_.drive_unit = [&](const std::string& unit, const std::string& verb, MonoTime) {
    return drive(&asked, unit, verb);
  };
  outside_.http = [](HttpAsk ask, MonoTime) { return respond(std::move(ask)); };
  EXPECT_EQ(run(step("restart datajs", 5s, "service")).detail, "datajs is healthy");
  EXPECT_EQ(asked, "restart datajs");
  EXPECT_EQ(run(step("restart gone", 5s, "service")).outcome, Outcome::failed);
  const std::string post = "POST http://h/x\nA: b\n\n{}";
  EXPECT_EQ(run(step(post, 5s, "http")).outcome, Outcome::ok);
  EXPECT_EQ(run(step(post, 5s, "http"), true).outcome, Outcome::unknown);
  EXPECT_EQ(run(step("GET http://h/x", 5s, "http"), true).detail, "status 500");
}

/// Every kind: without what it needs, with a raised stop and when Vigie stops, it ends in time.
TEST_F(ExecutorsTest, EveryKindEndsWhateverHappens) {
  for (const ExecutorKind* kind : executor_kinds()) {
    SCOPED_TRACE(kind->name);
    effect_.text = "run-7-" + std::string(kind->name) + "-1";
    const RunStep example = step(std::string(kind->example), 2s, std::string(kind->name));
    const StepOutcome bare = run(example);
    EXPECT_TRUE(bare.settled);
    EXPECT_TRUE(parse_json(bare.data)) << bare.data;
    effect_.text = "run-8-" + std::string(kind->name) + "-1";
    Executors executors(outside_);
    executors.cancel(effect_);
    EXPECT_EQ(run(executors, example).outcome, Outcome::failed);
    EXPECT_EQ(executors.running(), 0u);
  }
  EXPECT_EQ(run(step("x", 1s, "nothing")).outcome, Outcome::failed);
}

TEST(Outcome, OutputIsAlwaysUtf8) {
  const StepOutcome outcome = make_outcome(Outcome::ok, "a\xff", std::string("x\xc3\x28\0y", 5));
  EXPECT_EQ(outcome.detail, "a\xEF\xBF\xBD");
  EXPECT_TRUE(parse_json(outcome.data));
  EXPECT_EQ(safe_file_name("run-1/../x y"), "run-1%2F..%2Fx%20y");
}

}  // namespace
}  // namespace vigie::runbook
