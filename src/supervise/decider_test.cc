#include <fmt/format.h>
#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/random.h"
#include "config/config.h"
#include "model/codec.h"
#include "supervise/state.h"
#include "supervise/supervise.h"

namespace vigie::supervise {
namespace {

using Lines = std::vector<std::string>;

std::string line_of(const Effect& effect) {
  if (const auto* start = std::get_if<StartUnit>(&effect.body)) {
    const bool adopt = start->settings.find("\"adopt_only\":true") != std::string::npos;
    return (adopt ? "adopt " : "start ") + start->unit;
  }
  const auto& stop = std::get<StopUnit>(effect.body);
  return fmt::format("stop {} {}", stop.unit, stop.pid);
}

/// Drives the decider; before each event a twin is restored from the snapshot, and both must say,
/// do and remember the same. Keeps count of what lives, as the runtime would.
class World {
 public:
  World() : decider_(make_decider()) {}

  void book(const std::string& yaml) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
    check_book(root, problems);
    ASSERT_EQ(problems.text(), "");
    feed(BookAdopted{"h", to_text(root.to_json())});
  }
  void start_daemon() { feed(DaemonStarted{"0.1"}); }
  void feed(EventBody body) {
    const Event event{Seq{++seq_}, now, body, Seq{}};
    const json::value before = decider_->snapshot();
    const std::unique_ptr<Decider> twin = decider_->fresh();
    ASSERT_TRUE(twin->restore(before));
    Effects effects = decider_->apply(event, now);
    const Effects again = twin->apply(event, now);
    ASSERT_EQ(effects.performed.size(), again.performed.size());
    ASSERT_EQ(to_text(twin->snapshot()), to_text(decider_->snapshot()));
    for (Effect& effect : effects.performed) {
      ASSERT_TRUE(ids_.insert(effect.id.text).second);
      done.push_back(line_of(effect));
      waiting.push_back(std::move(effect));
    }
    for (EventBody& fact : effects.said) {
      if (const auto* changed = std::get_if<UnitStateChanged>(&fact)) {
        said.push_back(fmt::format("{} {}", changed->unit, word_of(changed->state)));
      }
    }
  }
  void forward(Millis by) {
    const WallTime until = now + by;
    for (int i = 0; i < 1000; ++i) {
      const auto due = decider_->next_timer();
      if (!due || *due > until) { break; }
      now = std::max(now, *due);
      feed(TimerDue{});
      const auto after = decider_->next_timer();
      ASSERT_TRUE(!after || *after > now) << "a timer that stays due";
    }
    now = until;
  }
  /// Settles the oldest effect as a machine that obeys would.
  void settle(Outcome outcome = Outcome::ok) {
    ASSERT_FALSE(waiting.empty());
    const Effect effect = waiting.front();
    waiting.erase(waiting.begin());
    json::object data;
    if (std::holds_alternative<StartUnit>(effect.body) && outcome == Outcome::ok) {
      data["pid"] = ++pids;
      data["start"] = pids * 10;
    }
    feed(EffectSettled{effect.id, outcome, "because", to_text(data)});
  }
  void settle_all() {
    while (!waiting.empty()) { settle(); }
  }
  void exit(const std::string& unit, int64_t pid, int code) {
    feed(UnitExited{.unit = unit, .pid = pid, .start = pid * 10, .known = true, .code = code});
  }
  void ask(const std::string& unit, const std::string& verb) {
    feed(UnitAsked{unit, verb, "ana", "web"});
  }
  std::string state(const std::string& unit) const {
    const json::value view = decider_->view("units/" + unit, now);
    return view.is_null() ? "none" : get_string(view.as_object(), "state");
  }
  std::string why(const std::string& unit) const {
    return get_string(decider_->view("units/" + unit, now).as_object(), "why");
  }
  bool rests_by_hand(const std::string& unit) const {
    return get_bool(decider_->view("units/" + unit, now).as_object(), "by_hand");
  }
  int64_t restarts(const std::string& unit) const {
    return get_int(decider_->view("units/" + unit, now).as_object(), "restarts");
  }
  Lines take() { return std::exchange(done, {}); }
  const Decider& decider() const { return *decider_; }

  WallTime now = wall_from_millis(1'767'225'600'000);
  Lines done, said;
  std::vector<Effect> waiting;
  int64_t pids = 100;

 private:
  std::unique_ptr<Decider> decider_;
  uint64_t seq_ = 0;
  std::set<std::string> ids_;
};

std::string one(const std::string& run, const std::string& more = "") {
  return "services: {a: {run: {process: {command: x}" + run + "}" + more + "}}";
}

TEST(Supervise, StartsInOrderOfNeedsOnHealth) {
  World world;
  world.book(R"(
services:
  kafka: {run: {process: {command: k}}, health: [{tcp: "k:1"}]}
  js: {run: {process: {command: j}}, needs: {kafka: healthy}}
  tb: {run: {process: {command: t}}, needs: [js]}
)");
  EXPECT_EQ(world.take(), Lines{});
  world.start_daemon();
  EXPECT_EQ(world.take(), Lines{"start kafka"});
  EXPECT_EQ(world.state("js"), "waiting");
  EXPECT_EQ(world.why("js"), "kafka is not healthy");
  world.settle();
  EXPECT_EQ(world.state("kafka"), "starting");
  EXPECT_EQ(world.take(), Lines{});
  world.feed(HealthChanged{"kafka", Health::healthy, ""});
  EXPECT_EQ(world.state("kafka"), "running");
  EXPECT_EQ(world.take(), Lines{"start js"});
  world.settle();
  EXPECT_EQ(world.take(), Lines{"start tb"});
  world.settle();
  EXPECT_EQ(world.state("tb"), "running");
  EXPECT_EQ(to_text(world.decider().view("stop-order", world.now)), R"(["tb","js","kafka"])");
}

TEST(Supervise, RemovedUnitsStopInReverseOrder) {
  World world;
  world.start_daemon();
  world.book(R"(
services:
  a: {run: {process: {command: k}}}
  b: {run: {process: {command: j}}, needs: [a]}
)");
  world.settle_all();
  world.take();
  world.book("services: {}");
  EXPECT_EQ(world.take(), Lines{"stop b 102"});
  EXPECT_EQ(world.why("a"), "b stops first");
  world.settle();
  EXPECT_EQ(world.take(), Lines{"stop a 101"});
  world.settle();
  EXPECT_EQ(world.state("a"), "none");
  EXPECT_EQ(world.state("b"), "none");
}

TEST(Supervise, BackoffDoublesToAMinuteAndStartsOverAfterTenGoodSeconds) {
  World world;
  world.book(one(", restart: always"));
  world.start_daemon();
  Millis expected = 100ms;
  for (int i = 0; i < 12; ++i) {
    world.settle();
    world.exit("a", world.pids, 1);
    EXPECT_EQ(world.state("a"), "backoff");
    world.take();
    world.forward(expected - 1ms);
    EXPECT_EQ(world.take(), Lines{});
    world.forward(1ms);
    EXPECT_EQ(world.take(), Lines{"start a"});
    expected = std::min<Millis>(expected * 2, 60s);
  }
  EXPECT_EQ(world.restarts("a"), 12);
  world.settle();
  world.forward(10s);
  world.exit("a", world.pids, 1);
  world.forward(100ms);
  EXPECT_EQ(world.take(), Lines{"start a"});
}

struct PolicyCase {
  const char* policy;
  int code;
  const char* state;
};

TEST(Supervise, PoliciesSayWhatFollowsAnExit) {
  const PolicyCase cases[] = {
      {"no", 0, "stopped"},
      {"no", 3, "failed"},
      {"always", 0, "backoff"},
      {"always", 3, "backoff"},
      {"on-failure", 0, "stopped"},
      {"on-failure", 3, "backoff"},
      {"unless-stopped", 0, "backoff"},
  };
  for (const PolicyCase& each : cases) {
    SCOPED_TRACE(fmt::format("{} {}", each.policy, each.code));
    World world;
    world.book(one(fmt::format(", restart: {}", each.policy)));
    world.start_daemon();
    EXPECT_EQ(world.state("a"), std::string(each.policy) == "no" ? "stopped" : "starting");
    if (world.waiting.empty()) { world.ask("a", "start"); }
    world.settle();
    world.exit("a", world.pids, each.code);
    EXPECT_EQ(world.state("a"), each.state);
  }
}

TEST(Supervise, OnFailureGivesUpUntilAPersonStartsIt) {
  World world;
  world.book(one(", restart: \"on-failure:2\""));
  world.start_daemon();
  for (int i = 0; i < 3; ++i) {
    world.settle();
    world.exit("a", world.pids, 1);
    world.forward(1s);
  }
  EXPECT_EQ(world.state("a"), "failed");
  EXPECT_EQ(world.why("a"), "exit 1; gave up after 2 restarts");
  world.take();
  world.forward(24h);
  world.start_daemon();
  EXPECT_EQ(world.take(), Lines{});
  world.ask("a", "start");
  EXPECT_EQ(world.take(), Lines{"start a"});
  world.settle();
  EXPECT_EQ(world.state("a"), "running");
}

TEST(Supervise, AProgramThatCannotStartIsTriedAgain) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle(Outcome::failed);
  EXPECT_EQ(world.state("a"), "backoff");
  EXPECT_EQ(world.why("a"), "it cannot be started: because");
  world.take();
  world.forward(100ms);
  EXPECT_EQ(world.take(), Lines{"start a"});
}

TEST(Supervise, AskedTwiceDoesItOnce) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.ask("a", "start");
  world.ask("a", "restart");
  EXPECT_EQ(world.take(), Lines{"start a"});
  world.settle();
  world.ask("a", "start");
  EXPECT_EQ(world.take(), Lines{});
  world.ask("a", "restart");
  world.ask("a", "restart");
  EXPECT_EQ(world.take(), Lines{"stop a 101"});
  world.settle();
  world.ask("a", "restart");
  EXPECT_EQ(world.take(), Lines{"start a"});
  world.settle();
  world.ask("a", "stop");
  world.ask("a", "stop");
  EXPECT_EQ(world.take(), Lines{"stop a 102"});
  world.ask("a", "start");
  world.settle();
  EXPECT_EQ(world.take(), Lines{"start a"});
  EXPECT_EQ(world.restarts("a"), 2);
}

TEST(Supervise, AStopDuringAStartWaitsForIt) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.ask("a", "stop");
  EXPECT_EQ(world.take(), Lines{"start a"});
  world.settle();
  EXPECT_EQ(world.take(), Lines{"stop a 101"});
  world.settle();
  EXPECT_EQ(world.state("a"), "stopped");
  EXPECT_TRUE(world.rests_by_hand("a"));
  // unless-stopped: it stays so over a restart of Vigie.
  world.start_daemon();
  EXPECT_EQ(world.take(), Lines{});
  EXPECT_TRUE(world.rests_by_hand("a"));
  world.ask("a", "start");
  EXPECT_FALSE(world.rests_by_hand("a"));
}

TEST(Supervise, AnExitMayBeHeardOfBeforeItsStart) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.exit("a", 101, 7);
  world.exit("a", 55, 7);
  EXPECT_EQ(world.state("a"), "starting");
  world.settle();
  EXPECT_EQ(world.state("a"), "backoff");
  EXPECT_EQ(world.why("a"), "exit 7; starts again in 100ms");
}

TEST(Supervise, AStrangersExitIsIgnored) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle();
  world.exit("a", 99, 1);
  world.exit("b", 101, 1);
  EXPECT_EQ(world.state("a"), "running");
}

TEST(Supervise, ARestartOfVigieAdoptsWhatLives) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle();
  world.take();
  world.start_daemon();
  EXPECT_EQ(world.take(), Lines{"adopt a"});
  EXPECT_EQ(world.state("a"), "running");
  world.pids = 100;  // The same process again.
  world.settle();
  EXPECT_EQ(world.state("a"), "running");
  EXPECT_EQ(world.restarts("a"), 0);
  world.start_daemon();
  world.take();
  world.settle(Outcome::failed);
  EXPECT_EQ(world.take(), Lines{"start a"});
  EXPECT_EQ(world.restarts("a"), 0);
}

TEST(Supervise, AChangedRunSectionRestartsIt) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle();
  world.take();
  world.book(one(""));
  world.book(one(", on-exit: leave"));
  EXPECT_EQ(world.take(), Lines{});
  world.book("services: {a: {run: {process: {command: y}}}}");
  EXPECT_EQ(world.take(), Lines{"stop a 101"});
  world.settle();
  EXPECT_EQ(world.take(), Lines{"start a"});
  EXPECT_NE(world.waiting.front().body.index(), EffectBody(StopUnit{}).index());
}

TEST(Supervise, AStopThatDoesNotWorkIsRepeated) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle();
  world.ask("a", "stop");
  world.take();
  world.settle(Outcome::failed);
  EXPECT_EQ(world.state("a"), "failed");
  world.forward(30s);
  EXPECT_EQ(world.take(), Lines{"stop a 101"});
  world.settle();
  EXPECT_EQ(world.state("a"), "stopped");
}

TEST(Supervise, UnhealthyRestartsOnlyWhenAskedToAndNotForEver) {
  const std::string health = ", health: [{tcp: \"a:1\"}]";
  World calm;
  calm.book(one("", health));
  calm.start_daemon();
  calm.settle();
  calm.feed(HealthChanged{"a", Health::healthy, ""});
  calm.take();
  calm.feed(HealthChanged{"a", Health::unhealthy, "refused"});
  EXPECT_EQ(calm.take(), Lines{});
  EXPECT_EQ(calm.why("a"), "unhealthy: refused");

  World eager;
  eager.book(one(", restart-when: unhealthy", health));
  eager.start_daemon();
  for (int i = 0; i < 5; ++i) {
    eager.settle_all();
    eager.feed(HealthChanged{"a", Health::healthy, ""});
    eager.feed(HealthChanged{"a", Health::unhealthy, "refused"});
  }
  EXPECT_EQ(eager.restarts("a"), 3);
  EXPECT_EQ(eager.state("a"), "running");
  EXPECT_NE(eager.why("a").find("left alone after 3 restarts"), std::string::npos);
}

TEST(Supervise, AClockJumpDoesNotShortenABackoff) {
  World world;
  world.book(one(""));
  world.start_daemon();
  world.settle();
  world.exit("a", 101, 1);
  world.take();
  world.feed(ClockJumped{1h});
  world.forward(30min);
  EXPECT_EQ(world.take(), Lines{});
}

TEST(Supervise, CheckSaysWhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"{process: {}}", "command"},
      {"{process: {command: []}}", "there is no command"},
      {"{process: {command: x, stop: {signal: BOOM}}}", "\"BOOM\" is no signal"},
      {"{process: {command: x}, restart: sometimes}", "is no restart policy"},
      {"{process: {command: x}, restart: \"on-failure:many\"}", "is no count"},
      {"{process: {comand: x}}", "did you mean \"command\""},
      {"{restart: no}", "does not say how the service runs"},
      {"somewhere", "not a map"},
      {"{process: {command: x}, restart-when: unhealthy}", "nothing checks this service's health"},
      {"{docker: {image: x}}", "warning"},
  };
  for (const auto& [run, wanted] : cases) {
    config::Problems problems;
    const config::Node root =
        config::parse_yaml(fmt::format("services:\n  a: {{run: {}}}\n", run), "v.yml", problems);
    check_book(root, problems);
    EXPECT_NE(problems.text().find(wanted), std::string::npos) << run << ": " << problems.text();
    EXPECT_EQ(problems.text().find("v.yml:2"), 0u) << problems.text();
  }
}

/// A machine that obeys in any order: never two instances, and what is asked comes to be.
TEST(Supervise, NoOrderOfEventsGivesTwoInstances) {
  for (uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Random random(seed);
    World world;
    const std::string book =
        "services: {a: {run: {process: {command: x}}}, b: {run: {process: {command: y}, restart: "
        "\"on-failure:3\"}, needs: [a]}}";
    world.book(book);
    world.start_daemon();
    std::map<std::string, std::set<int64_t>> alive;
    const auto settle = [&](size_t index) {
      const Effect effect = world.waiting[index];
      world.waiting.erase(world.waiting.begin() + static_cast<ptrdiff_t>(index));
      if (const auto* start = std::get_if<StartUnit>(&effect.body)) {
        std::set<int64_t>& mine = alive[start->unit];
        const bool adopt = start->settings.find("\"adopt_only\":true") != std::string::npos;
        if (mine.empty() && (adopt || random.chance(0.1))) {
          world.feed(EffectSettled{effect.id, Outcome::failed, "gone", "{}"});
          return;
        }
        EXPECT_TRUE(adopt || mine.empty()) << "a second instance of " << start->unit;
        if (mine.empty()) { mine.insert(++world.pids); }
        world.feed(EffectSettled{
            effect.id, Outcome::ok, "",
            fmt::format("{{\"pid\":{},\"start\":{}}}", *mine.begin(), *mine.begin() * 10)});
      } else {
        alive[std::get<StopUnit>(effect.body).unit].clear();
        world.feed(EffectSettled{effect.id, Outcome::ok, "", "{}"});
      }
    };
    const std::string names[] = {"a", "b"};
    const std::string verbs[] = {"start", "stop", "restart"};
    for (int i = 0; i < 150; ++i) {
      const std::string& unit = names[random.below(2)];
      switch (random.below(7)) {
        case 0:
        case 1:
          if (!world.waiting.empty()) { settle(random.below(world.waiting.size())); }
          break;
        case 2:
          if (!alive[unit].empty()) {
            const int64_t pid = *alive[unit].begin();
            alive[unit].clear();
            world.exit(unit, pid, random.chance(0.5) ? 0 : 1);
          }
          break;
        case 3:
          world.ask(unit, verbs[random.below(3)]);
          break;
        case 4:
          world.forward(Millis{random.between(1, 20'000)});
          break;
        case 5:
          world.start_daemon();
          break;
        case 6:
          world.book(random.chance(0.5) ? book : "services: {}");
          break;
      }
    }
    world.book(book);
    for (const std::string& unit : names) { world.ask(unit, "start"); }
    for (int i = 0; i < 40; ++i) {
      while (!world.waiting.empty()) { settle(0); }
      world.forward(60s);
    }
    EXPECT_EQ(world.state("a"), "running");
    EXPECT_EQ(alive["a"].size(), 1u);
  }
}

}  // namespace
}  // namespace vigie::supervise
