#include "supervise/units.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <memory>

#include "base/disk.h"
#include "base/json.h"
#include "base/subprocess.h"
#include "supervise/unit_log.h"

namespace vigie::supervise {
namespace {

Task<void> run_start(Units* units, EffectId id, StartUnit start, Settled* out, bool* done) {
  Settled settled = co_await units->perform(std::move(id), std::move(start));
  *out = std::move(settled);
  *done = true;
}
Task<void> run_stop(Units* units, StopUnit stop, Settled* out, bool* done) {
  // A name of its own: g++ 12 breaks aggregates made inside an awaited call.
  EffectId id{"unit-a-stop-1"};
  Settled settled = co_await units->perform(std::move(id), std::move(stop));
  *out = std::move(settled);
  *done = true;
}
Task<void> run_stop_all(Units* units, bool* done) {
  std::vector<std::string> order{"a"};
  co_await units->stop_all(std::move(order));
  *done = true;
}
Task<void> run_end(Units* units, bool* done) {
  co_await units->stop();
  *done = true;
}

class UnitsTest : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/units-XXXXXX";
    root_ = ::mkdtemp(path);
    open();
  }
  void TearDown() override {
    if (units_) { crash(); }
    kill_tree(std::numeric_limits<pid_t>::max(), SIGKILL, "unit:" + root_ + "/units/a");
    std::filesystem::remove_all(root_);
  }
  /// As a daemon that starts.
  void open() {
    units_ = std::make_unique<Units>(
        Ground{.loop = &loop_, .data_dir = root_, .book_dir = root_, .secrets = secrets_});
    units_->on_exit([this](UnitExited event) { exits_.push_back(std::move(event)); });
    units_->start();
  }
  /// As a daemon that is gone: nothing is stopped.
  void crash() {
    bool done = false;
    TaskGroup group;
    loop_.post([&] { group.spawn(run_end(units_.get(), &done)); });
    ASSERT_TRUE(until([&] { return done; }));
    units_.reset();
  }
  /// Files change without waking the loop: a timer looks again.
  void look_again() {
    tick_ = loop_.call_at(real_clock().mono() + 1ms, [this] { look_again(); });
  }
  bool until(const std::function<bool()>& holds) {
    look_again();
    const bool held = loop_.run_until(holds, real_clock().mono() + 15s);
    loop_.cancel_timer(tick_);
    return held;
  }
  Settled start(const std::string& run, bool adopt_only = false) {
    TaskGroup group;
    Settled out;
    bool done = false;
    const std::string settings = "{\"runtime\":\"process\",\"run\":" + run +
                                 ",\"adopt_only\":" + (adopt_only ? "true" : "false") + "}";
    loop_.post([&] {
      group.spawn(
          run_start(units_.get(), EffectId{"unit-a-start-1"}, {"a", settings}, &out, &done));
    });
    EXPECT_TRUE(until([&] { return done; }));
    return out;
  }
  Settled stop(const Settled& started, Millis grace = 5s, int signal = SIGTERM) {
    TaskGroup group;
    Settled out;
    bool done = false;
    StopUnit order{.unit = "a", .pid = pid_of(started), .start = number(started, "start")};
    order.grace = grace;
    order.signal = signal;
    loop_.post([&] { group.spawn(run_stop(units_.get(), order, &out, &done)); });
    EXPECT_TRUE(until([&] { return done; }));
    return out;
  }
  static int64_t number(const Settled& settled, const char* key) {
    const Result<json::value> data = parse_json(settled.data);
    return data ? get_int(data->as_object(), key) : 0;
  }
  static int64_t pid_of(const Settled& settled) { return number(settled, "pid"); }
  static bool adopted(const Settled& settled) {
    return get_bool(parse_json(settled.data)->as_object(), "adopted");
  }
  static bool alive(int64_t pid) {
    const Result<ProcessStat> stat = process_stat(static_cast<pid_t>(pid));
    return stat && stat->state != 'Z';
  }
  std::string read(const std::string& name) const {
    return real_disk().read_file(root_ + "/" + name, 64 << 20).value_or("");
  }

  std::string root_;
  Loop loop_{"test", real_clock()};
  config::Secrets secrets_;
  std::unique_ptr<Units> units_;
  std::vector<UnitExited> exits_;
  Loop::TimerId tick_ = 0;
};

TEST_F(UnitsTest, StartsKeepsTheLogAndTellsTheExit) {
  const Settled started = start(R"({"command":["sh","-c","echo $MODE; pwd; exit 7"],
      "env":{"MODE":"fast"},"dir":"."})");
  ASSERT_EQ(started.outcome, Outcome::ok) << started.detail;
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(exits_[0].pid, pid_of(started));
  EXPECT_EQ(exits_[0].start, number(started, "start"));
  EXPECT_TRUE(exits_[0].known);
  EXPECT_EQ(exits_[0].code, 7);
  EXPECT_EQ(*units_->logs("a", 10), (std::vector<std::string>{"fast", root_}));
  EXPECT_EQ(units_->logs("a", 1)->size(), 1u);
  EXPECT_TRUE(units_->living().empty());
  EXPECT_FALSE(units_->logs("../a", 1));
}

TEST_F(UnitsTest, ThePidIsTheProgramsOwn) {
  const Settled started = start(R"({"command":["sleep","100"]})");
  ASSERT_TRUE(
      until([&] { return process_stat(static_cast<pid_t>(pid_of(started)))->name == "sleep"; }));
  ASSERT_EQ(units_->living().size(), 1u);
  EXPECT_EQ(stop(started).outcome, Outcome::ok);
  EXPECT_FALSE(alive(pid_of(started)));
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(exits_[0].signal, SIGTERM);
}

TEST_F(UnitsTest, StopEndsTheWholeTreeAndKillsTheStubborn) {
  const std::string deaf = "trap '' TERM; ";
  const std::string forever = "while :; do sleep 0.1; done";
  std::ofstream(root_ + "/deep.sh") << deaf << "echo $$ >deep; " << forever;
  const Settled started =
      start("{\"command\":\"" + deaf + "setsid sh deep.sh & " + forever + "\"}");
  ASSERT_TRUE(until([&] { return read("deep").ends_with("\n"); }));
  const int64_t deep = std::stoi(read("deep"));
  EXPECT_EQ(stop(started, 200ms).outcome, Outcome::ok);
  EXPECT_FALSE(alive(pid_of(started)));
  EXPECT_FALSE(alive(deep));
}

TEST_F(UnitsTest, StopOfWhatIsGoneIsGood) {
  const Settled started = start(R"({"command":["true"]})");
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(stop(started).outcome, Outcome::ok);
}

TEST_F(UnitsTest, ACrashOfVigieLosesNoProcessAndMakesNoSecondOne) {
  const std::string run =
      R"({"command":"echo one >>starts; while ! test -e go; do sleep 0.05; done"})";
  const Settled first = start(run);
  ASSERT_TRUE(until([&] { return read("starts") == "one\n"; }));
  crash();
  EXPECT_TRUE(alive(pid_of(first)));
  open();
  const Settled second = start(run);
  EXPECT_EQ(pid_of(second), pid_of(first));
  EXPECT_EQ(number(second, "start"), number(first, "start"));
  EXPECT_TRUE(adopted(second));
  EXPECT_EQ(read("starts"), "one\n");
  std::ofstream(root_ + "/go") << "";
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(exits_[0].pid, pid_of(first));
}

TEST_F(UnitsTest, AskedAgainItAnswersWithTheSameInstance) {
  const std::string run = R"({"command":["sleep","100"]})";
  const Settled first = start(run);
  const Settled second = start(run);
  EXPECT_EQ(pid_of(first), pid_of(second));
  EXPECT_TRUE(adopted(second));
  stop(first);
}

TEST_F(UnitsTest, AdoptionOnlyStartsNothing) {
  const Settled none = start(R"({"command":"touch started"})", true);
  EXPECT_EQ(none.outcome, Outcome::failed);
  EXPECT_FALSE(std::filesystem::exists(root_ + "/started"));
}

TEST_F(UnitsTest, WhatAnInstanceLeftBehindIsEndedBeforeItsEndIsTold) {
  start(R"({"command":"setsid sleep 100 & echo $! >kid; exit 1"})");
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(exits_[0].code, 1);
  EXPECT_FALSE(alive(std::stoi(read("kid"))));
}

TEST_F(UnitsTest, TheStubbornThatIsLeftBehindIsKilledAfterTheGrace) {
  std::ofstream(root_ + "/deaf.sh") << "trap '' TERM; echo $$ >kid; while :; do sleep 0.1; done";
  start(R"({"command":"setsid sh deaf.sh & until test -s kid; do sleep 0.01; done",
      "stop":{"grace":"200ms"}})");
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_FALSE(alive(std::stoi(read("kid"))));
}

TEST_F(UnitsTest, AnOrderlyEndFindsWhatIsLeftOfOneThatDoesNotRun) {
  const Settled first = start(
      R"({"command":"setsid sleep 100 & echo $! >kid; until test -e go; do sleep 0.01; done"})");
  ASSERT_TRUE(until([&] { return read("kid").ends_with("\n"); }));
  crash();
  std::ofstream(root_ + "/go") << "";
  ASSERT_TRUE(until([&] { return !alive(pid_of(first)); }));
  open();
  bool done = false;
  TaskGroup group;
  loop_.post([&] { group.spawn(run_stop_all(units_.get(), &done)); });
  ASSERT_TRUE(until([&] { return done; }));
  EXPECT_FALSE(alive(std::stoi(read("kid"))));
}

TEST_F(UnitsTest, WhatAnInstanceLeftBehindWhileVigieWasAwayIsEndedBeforeTheNext) {
  const Settled first = start(
      R"({"command":"setsid sleep 100 & echo $! >kid; until test -e go; do sleep 0.01; done"})");
  ASSERT_TRUE(until([&] { return read("kid").ends_with("\n"); }));
  const int64_t kid = std::stoi(read("kid"));
  crash();
  std::ofstream(root_ + "/go") << "";
  ASSERT_TRUE(until([&] { return !alive(pid_of(first)); }));
  EXPECT_TRUE(alive(kid));
  open();
  EXPECT_EQ(start(R"({"command":["sleep","100"]})", true).outcome, Outcome::failed);
  EXPECT_TRUE(until([&] { return !alive(kid); }));
  const Settled next = start(R"({"command":["sleep","100"]})");
  EXPECT_EQ(next.outcome, Outcome::ok);
  stop(next);
}

TEST_F(UnitsTest, WhatCannotStartSaysWhy) {
  EXPECT_NE(start(R"({"command":["true"],"dir":"nowhere"})").detail.find("nowhere"),
            std::string::npos);
  EXPECT_NE(start(R"({"command":["true"],"user":"no-such-user"})").detail.find("no-such-user"),
            std::string::npos);
  const Settled secret = start(R"({"command":["true"],"env":{"X":{"env":"VIGIE_NOT_SET_1"}}})");
  EXPECT_EQ(secret.outcome, Outcome::failed);
  EXPECT_NE(secret.detail.find("env X"), std::string::npos);
}

TEST_F(UnitsTest, LogsRotateByCopyAndKeepThree) {
  const Settled started = start(R"({"command":"while :; do echo line; sleep 0.01; done"})");
  ASSERT_TRUE(until([&] { return read("logs/a.log").size() > 30; }));
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(until([&] { return read("logs/a.log").size() > 10; }));
    EXPECT_TRUE(rotate_log(root_, "a", 10).value_or(false));
  }
  EXPECT_TRUE(std::filesystem::exists(root_ + "/logs/a.log.3"));
  EXPECT_FALSE(std::filesystem::exists(root_ + "/logs/a.log.4"));
  // The program's descriptor appends at the new end, so no hole is left.
  ASSERT_TRUE(until([&] { return read("logs/a.log").size() > 10; }));
  EXPECT_EQ(read("logs/a.log").find('\0'), std::string::npos);
  EXPECT_GT(units_->logs("a", 1000)->size(), 3u);
  stop(started);
}

TEST_F(UnitsTest, AStartRotatesAndTheNewestOfABurstIsKept) {
  std::filesystem::create_directories(root_ + "/logs");
  {
    std::ofstream log(root_ + "/logs/a.log");
    for (int i = 0; i < 300'000; ++i) { log << "a line of some forty characters, " << i << "\n"; }
  }
  ASSERT_GT(std::filesystem::file_size(root_ + "/logs/a.log"), kLogBytesMax);
  start(R"({"command":"echo new"})");
  ASSERT_TRUE(until([&] { return exits_.size() == 1; }));
  EXPECT_EQ(read("logs/a.log"), "new\n");
  const std::string older = read("logs/a.log.1");
  EXPECT_LE(older.size(), kLogBytesMax);
  EXPECT_TRUE(older.starts_with("a line of some")) << "cut in the middle of a line";
  EXPECT_TRUE(older.ends_with(", 299999\n"));
  EXPECT_EQ(units_->logs("a", 2)->front(), "a line of some forty characters, 299999");
}

TEST(RuntimeKinds, EveryExampleParsesAndEveryFieldIsDocumented) {
  for (const RuntimeKind* kind : runtime_kinds()) {
    SCOPED_TRACE(kind->name);
    config::Problems problems;
    const config::Node node = config::parse_yaml(kind->example, "example", problems);
    const auto settings = config::Settings::read(node, kind->fields, problems);
    kind->check(settings, problems);
    EXPECT_EQ(problems.text(), "");
    EXPECT_NE(kind->start, nullptr);
    EXPECT_NE(kind->stop, nullptr);
    EXPECT_FALSE(kind->summary.empty());
    for (const config::Field& field : kind->fields) { EXPECT_FALSE(field.help.empty()); }
  }
}

}  // namespace
}  // namespace vigie::supervise
