#include <gtest/gtest.h>

#include "daemon/deciders.h"
#include "sim/random_life.h"

/// Invariants that cannot fail prove nothing: each bug planted here must be caught by one.
namespace vigie::sim {
namespace {

/// Changes what a room's decider makes of an event.
using Twist = std::function<void(const Event&, Effects&)>;

class Planted final : public Decider {
 public:
  Planted(std::unique_ptr<Decider> room, Twist twist)
      : room_(std::move(room)), twist_(std::move(twist)) {}

  std::string_view name() const override { return room_->name(); }
  Effects apply(const Event& event, WallTime now) override {
    Effects out = room_->apply(event, now);
    twist_(event, out);
    return out;
  }
  std::optional<WallTime> next_timer() const override { return room_->next_timer(); }
  json::value snapshot() const override { return room_->snapshot(); }
  Status restore(const json::value& snapshot) override { return room_->restore(snapshot); }
  std::unique_ptr<Decider> fresh() const override {
    return std::make_unique<Planted>(room_->fresh(), twist_);
  }
  json::value view(std::string_view path, WallTime now) const override {
    return room_->view(path, now);
  }

 private:
  std::unique_ptr<Decider> room_;
  Twist twist_;
};

MakeDeciders with_bug_in(std::string_view room, Twist twist) {
  return [room, twist = std::move(twist)] {
    std::vector<std::unique_ptr<Decider>> out = daemon::make_deciders();
    for (auto& decider : out) {
      if (decider->name() != room) { continue; }
      decider = std::make_unique<Planted>(std::move(decider), twist);
    }
    return out;
  };
}

/// The first broken invariant of some lives with these deciders, "" when all went well.
std::string caught(const MakeDeciders& deciders) {
  constexpr uint64_t kLives = 6;
  for (uint64_t seed = 1; seed <= kLives; ++seed) {
    const LifeResult life = live({.seed = seed, .deciders = deciders});
    if (!life.broken.empty()) { return life.broken; }
  }
  return "";
}

void expect_caught(std::string_view words, const MakeDeciders& deciders) {
  const std::string broken = caught(deciders);
  EXPECT_NE(broken.find(words), std::string::npos) << "instead: \"" << broken << "\"";
}

template <class Fact, class Which>
void drop_said(Effects& effects, const Which& which) {
  std::erase_if(effects.said, [&](const EventBody& body) {
    const Fact* fact = std::get_if<Fact>(&body);
    return fact != nullptr && which(*fact);
  });
}

template <class Body, class Which>
void drop_performed(Effects& effects, const Which& which) {
  std::erase_if(effects.performed, [&](const Effect& effect) {
    const Body* body = std::get_if<Body>(&effect.body);
    return body != nullptr && which(*body);
  });
}

TEST(Canary, AHouseWithoutABugIsSpared) {
  EXPECT_EQ(caught({}), "");
}

TEST(Canary, CatchesAnEscalationThatStopsAtItsFirstLevel) {
  const auto higher = [](const auto& page) { return page.level > 1; };
  expect_caught("is open and nothing was done about it",
                with_bug_in("oncall", [&](const Event&, Effects& effects) {
                  drop_said<PageQueued>(effects, higher);
                  drop_performed<Page>(effects, higher);
                }));
}

TEST(Canary, CatchesAPageThatIsSaidAndNeverLeaves) {
  expect_caught(
      "was said and never leaves", with_bug_in("oncall", [&](const Event&, Effects& effects) {
        drop_performed<Page>(effects, [](const Page& page) { return page.page.value % 10 == 0; });
      }));
}

TEST(Canary, CatchesAVictimThatIsPaged) {
  expect_caught("which is unhealthy, and is nobody's victim",
                with_bug_in("topology", [](const Event&, Effects& effects) {
                  for (EventBody& fact : effects.said) {
                    auto* placed = std::get_if<AlertPlaced>(&fact);
                    if (placed != nullptr) { placed->cause.clear(); }
                  }
                }));
}

TEST(Canary, CatchesAnAlertThatIsPlacedNowhere) {
  expect_caught("fired and was placed nowhere",
                with_bug_in("topology", [](const Event&, Effects& effects) {
                  drop_said<AlertPlaced>(
                      effects, [](const AlertPlaced& placed) { return placed.service == "s1"; });
                }));
}

TEST(Canary, CatchesAReceiverThatIsNotToldTheEnd) {
  expect_caught("was never told that alert",
                with_bug_in("alerting", [](const Event&, Effects& effects) {
                  for (Effect& effect : effects.performed) {
                    auto* notify = std::get_if<Notify>(&effect.body);
                    if (notify == nullptr || notify->status == "firing") { continue; }
                    notify->payload = R"({"alerts":[]})";
                  }
                }));
}

TEST(Canary, CarriersNoticeWhatTheyMayNotSee) {
  const SimClock clock(wall_from_millis(1'767'225'600'000));
  engine::Release page{.effect = {.id = {"page-1"}, .body = Page{.person = "ana"}},
                       .key = "page-1"};
  Carriers carriers(clock, 1);
  carriers.perform(page);
  EXPECT_TRUE(carriers.broken().empty());
  carriers.perform(page);
  EXPECT_EQ(carriers.broken().size(), 2U) << "neither marked nor a crash between";
  engine::Release step{.effect = {.id = {"run-1-restart-1"}, .body = RunStep{}}, .key = "run-1"};
  carriers.perform(step);
  EXPECT_EQ(carriers.broken().size(), 2U);
  carriers.perform(step);
  EXPECT_EQ(carriers.broken().size(), 4U) << "may not be repeated, and was, unmarked";
  const engine::Release start{.effect = {.id = {"start-1"}, .body = StartUnit{.unit = "s0"}}};
  carriers.perform(start);
  EXPECT_EQ(carriers.broken().size(), 4U);
  carriers.perform(start);
  EXPECT_EQ(carriers.broken().size(), 5U) << "started while it lives";
}

TEST(Canary, CatchesADeciderThatForgetsOverARestart) {
  int life = 0;
  expect_caught("a replay derives something else", [&life] {
    ++life;
    auto twist = [born = life](const Event& event, Effects& effects) {
      // A static of the program, not of the state: the next life has it anew.
      if (born % 2 == 0 && std::holds_alternative<AckAsked>(event.body)) { effects.said.clear(); }
    };
    return with_bug_in("incident", twist)();
  });
}

}  // namespace
}  // namespace vigie::sim
