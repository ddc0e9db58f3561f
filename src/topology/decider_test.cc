#include "topology/decider.h"

#include <gtest/gtest.h>

#include "config/book.h"
#include "topology/topology.h"

namespace vigie::topology {
namespace {

constexpr std::string_view kBook = R"(
teams: {core: {}, other: {}}
services:
  kafka: {team: core}
  reporter: {team: core}
  dataenricher: {team: core, needs: {kafka: healthy}}
  datajs: {team: core, environment: prod, needs: [kafka]}
  tb: {team: core}
  camunda: {team: core, needs: {offre: healthy}}
  offre: {team: other, needs: {db: healthy}}
  db: {team: other}
chains:
  heartbeat:
    stages:
      - {name: reporter, service: reporter, flow: f}
      - {name: topic, flow: f, kafka: {cluster: main, topic: hb}}
      - {name: datajs, service: datajs, flow: f}
      - {name: thingsboard, service: tb, flow: f}
    robot: {every: 5m}
  alarm:
    stages:
      - {name: reporter, service: reporter, flow: f}
      - {name: topic, flow: f, kafka: {cluster: main, topic: alarm}}
      - {name: dataenricher, service: dataenricher, flow: f}
      - {name: thingsboard, service: tb, flow: f}
      - {name: event, flow: f, after: [thingsboard]}
      - {name: camunda, service: camunda, flow: f, after: [thingsboard]}
)";

const WallTime kStart = wall_from_millis(1'767'225'600'000);

class Place : public ::testing::Test {
 protected:
  void SetUp() override {
    adopt(kBook);
    for (const char* chain : {"heartbeat", "alarm"}) {
      for (const char* stage :
           {"reporter", "topic", "datajs", "dataenricher", "thingsboard", "event", "camunda"}) {
        flow(chain, stage, Flow::alive, 12);
      }
    }
  }
  void adopt(std::string_view yaml) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(yaml, "b.yml", problems);
    check_book(root, problems);
    EXPECT_EQ(problems.errors(), 0U) << problems.text();
    give(BookAdopted{.hash = "1", .text = to_text(root.to_json())});
  }
  void give(EventBody body) {
    const Event event{.seq = {}, .at = now_, .body = std::move(body), .cause = {}};
    for (EventBody& said : decider_->apply(event, now_).said) {
      placed_.push_back(std::get<AlertPlaced>(said));
    }
    const json::value snapshot = decider_->snapshot();
    std::unique_ptr<Decider> twin = decider_->fresh();
    ASSERT_TRUE(twin->restore(snapshot));
    ASSERT_EQ(to_text(twin->snapshot()), to_text(snapshot));
    ASSERT_EQ(twin->next_timer(), decider_->next_timer());
    decider_ = std::move(twin);
  }
  void flow(const std::string& chain, const std::string& stage, Flow flow, double value = 0) {
    give(StageFlowChanged{.chain = chain, .stage = stage, .flow = flow, .value = value});
  }
  void health(const std::string& service, Health health, const std::string& why = "") {
    give(HealthChanged{.service = service, .health = health, .why = why});
  }
  /// Fires an alert and gives where it was placed.
  AlertPlaced fire(std::vector<Labels::Pair> labels) {
    labels.emplace_back("alertname", "A");
    const Labels all(std::move(labels));
    give(AlertFired{.fingerprint = fingerprint(all), .labels = all});
    return placed_.back();
  }
  void forward(Millis by) {
    const WallTime until = now_ + by;
    while (decider_->next_timer() && *decider_->next_timer() <= until) {
      now_ = std::max(now_, *decider_->next_timer());
      give(TimerDue{});
    }
    now_ = until;
  }
  json::object chain(const std::string& name) {
    const json::value chains = decider_->view("chains", now_);
    for (const json::value& one : chains.get_array()) {
      if (get_string(one.get_object(), "name") == name) { return one.get_object(); }
    }
    return {};
  }
  std::string states(const std::string& name) {
    std::string out;
    const json::object one = chain(name);
    for (const json::value& stage : one.at("stages").get_array()) {
      out += get_string(stage.get_object(), "state").substr(0, 1);
    }
    return out;
  }

  std::unique_ptr<Decider> decider_ = make_decider();
  WallTime now_ = kStart + 14h + 3min + 10s;
  std::vector<AlertPlaced> placed_;
};

TEST_F(Place, NamesTheFirstBrokenStage) {
  flow("heartbeat", "datajs", Flow::dead);
  flow("heartbeat", "thingsboard", Flow::dead);
  const AlertPlaced placed = fire({{"chain", "heartbeat"}});
  EXPECT_EQ(placed.stage, "datajs");
  EXPECT_EQ(placed.service, "datajs");
  EXPECT_EQ(placed.team, "core");
  EXPECT_EQ(placed.environment, "prod");
  EXPECT_EQ(placed.key, "service/datajs");
  EXPECT_EQ(placed.cause, "");
  EXPECT_EQ(placed.why,
            "datajs: nothing flows out since 14:03:10 while topic still delivers 12.0/s");
  EXPECT_EQ(states("heartbeat"), "oobs");
  EXPECT_EQ(get_string(chain("heartbeat"), "broken_stage"), "datajs");
  EXPECT_EQ(get_string(chain("alarm"), "state"), "ok");
}

TEST_F(Place, BlamesTheFirstStageWhenNothingComesIn) {
  for (const char* stage : {"reporter", "topic", "datajs", "thingsboard"}) {
    flow("heartbeat", stage, Flow::dead);
  }
  EXPECT_EQ(fire({{"chain", "heartbeat"}, {"stage", "thingsboard"}}).stage, "reporter");
  EXPECT_EQ(states("heartbeat"), "bsss");
}

TEST_F(Place, TakesALostFlowForABreak) {
  flow("heartbeat", "datajs", Flow::unknown);
  EXPECT_EQ(fire({{"chain", "heartbeat"}}).why,
            "datajs: its flow is not measured any more since 14:03:10 while topic still delivers "
            "12.0/s");
}

TEST_F(Place, FollowsTheBranchesOfAFanOut) {
  flow("alarm", "camunda", Flow::dead);
  EXPECT_EQ(states("alarm"), "ooooob");
  EXPECT_EQ(fire({{"chain", "alarm"}}).stage, "camunda");
  flow("alarm", "thingsboard", Flow::dead);
  EXPECT_EQ(states("alarm"), "ooobos");
}

TEST_F(Place, GivesTwoChainsOneKeyAtASharedStage) {
  for (const char* chain : {"heartbeat", "alarm"}) { flow(chain, "thingsboard", Flow::dead); }
  const AlertPlaced one = fire({{"chain", "heartbeat"}});
  const AlertPlaced other = fire({{"chain", "alarm"}});
  EXPECT_EQ(one.key, "service/tb");
  EXPECT_EQ(other.key, one.key);
  flow("heartbeat", "topic", Flow::dead);
  EXPECT_EQ(placed_.back().key, "topic/main/hb") << "and moves when the break is found elsewhere";
}

TEST_F(Place, BelievesTheRobot) {
  give(RobotRoundEnded{
      .chain = "heartbeat",
      .message = "m",
      .stages = {
          {.stage = "datajs", .result = RobotResult::late, .took = 12s, .detail = "after 12 s"},
          {.stage = "thingsboard", .result = RobotResult::missing}}});
  const AlertPlaced placed = fire({{"chain", "heartbeat"}});
  EXPECT_EQ(placed.stage, "datajs");
  EXPECT_EQ(placed.why,
            "datajs: the robot's message is late (after 12 s) since 14:03:10 while "
            "topic still delivers 12.0/s");
  EXPECT_EQ(get_string(chain("heartbeat").at("robot").get_object(), "last"), "failed");
}

TEST_F(Place, BelievesTheServicesHealth) {
  health("tb", Health::unhealthy, "connection refused");
  EXPECT_EQ(fire({{"chain", "heartbeat"}}).why,
            "thingsboard: service tb is unhealthy since 14:03:10 (connection refused) while datajs "
            "still delivers 12.0/s");
}

TEST_F(Place, FindsTheDeepestCause) {
  health("db", Health::unhealthy, "disk full");
  health("offre", Health::unhealthy, "500");
  flow("alarm", "camunda", Flow::dead);
  const AlertPlaced placed = fire({{"chain", "alarm"}});
  EXPECT_EQ(placed.key, "service/camunda");
  EXPECT_EQ(placed.cause, "service/db");
  EXPECT_NE(placed.why.find("a victim: camunda needs offre needs db, which is unhealthy "
                            "(disk full)"),
            std::string::npos)
      << placed.why;
  EXPECT_EQ(fire({{"service", "db"}}).cause, "");
  const json::value services = decider_->view("services", now_);
  EXPECT_EQ(get_string(services.get_array()[0].get_object(), "cause"), "db");
}

TEST_F(Place, SaysAgainWhenTheCauseShowsLater) {
  flow("alarm", "camunda", Flow::dead);
  EXPECT_EQ(fire({{"chain", "alarm"}}).cause, "");
  health("offre", Health::unhealthy);
  ASSERT_EQ(placed_.size(), 2U);
  EXPECT_EQ(placed_[1].cause, "service/offre");
  health("offre", Health::unhealthy, "other words");
  EXPECT_EQ(placed_.size(), 2U) << "words alone are no news";
}

TEST_F(Place, TakesADependencyThatIsBeingRestartedForTheCause) {
  health("offre", Health::starting);
  flow("alarm", "camunda", Flow::dead);
  EXPECT_EQ(fire({{"chain", "alarm"}}).cause, "") << "it starts for the first time";
  health("offre", Health::unhealthy, "500");
  EXPECT_EQ(placed_.back().cause, "service/offre");
  const size_t said = placed_.size();
  health("offre", Health::starting, "started, not yet healthy");
  forward(10s);
  EXPECT_EQ(placed_.size(), said);
  EXPECT_EQ(fire({{"chain", "alarm"}, {"severity", "page"}}).cause, "service/offre");
  health("offre", Health::healthy);
  EXPECT_EQ(fire({{"chain", "alarm"}, {"severity", "other"}}).cause, "");
}

TEST_F(Place, TellsTheTimeOfTheBooksZone) {
  adopt("timezone: Europe/Paris\n" + std::string(kBook));
  flow("heartbeat", "datajs", Flow::dead);
  const std::string why = fire({{"chain", "heartbeat"}}).why;
  EXPECT_NE(why.find("since 15:03:10"), std::string::npos) << why;
}

TEST_F(Place, GivesAVictimTimeToRecoverBehindItsCause) {
  flow("alarm", "camunda", Flow::dead);
  health("offre", Health::unhealthy);
  fire({{"chain", "alarm"}});
  health("offre", Health::healthy);
  flow("alarm", "camunda", Flow::alive, 3);
  forward(2min - 1ms);
  EXPECT_EQ(placed_.size(), 1U);
  forward(1ms);
  ASSERT_EQ(placed_.size(), 2U) << "it still fires: it answers for itself";
  EXPECT_EQ(placed_[1].cause, "");
  EXPECT_EQ(placed_[1].stage, "camunda");
}

TEST_F(Place, ForgetsAVictimThatRecovers) {
  flow("alarm", "camunda", Flow::dead);
  health("offre", Health::unhealthy);
  const AlertPlaced placed = fire({{"chain", "alarm"}});
  health("offre", Health::healthy);
  give(AlertResolved{.fingerprint = placed.fingerprint, .labels = {}, .why = ""});
  forward(1h);
  EXPECT_EQ(placed_.size(), 1U);
  EXPECT_FALSE(decider_->next_timer().has_value());
}

TEST_F(Place, DoesNotMoveAnAlertWhileTheChainRecovers) {
  flow("heartbeat", "topic", Flow::dead);
  const AlertPlaced placed = fire({{"chain", "heartbeat"}, {"stage", "thingsboard"}});
  EXPECT_EQ(placed.stage, "topic");
  flow("heartbeat", "topic", Flow::alive, 12);
  EXPECT_EQ(placed_.size(), 1U);
  EXPECT_EQ(fire({{"chain", "heartbeat"}, {"stage", "thingsboard"}}).stage, "topic")
      << "other words do not move it either";
}

TEST_F(Place, IsTentativeUntilAStageIsFound) {
  const AlertPlaced placed = fire({{"chain", "heartbeat"}});
  EXPECT_TRUE(placed.tentative);
  EXPECT_EQ(placed.key, "chain/heartbeat");
  forward(9s);
  ASSERT_EQ(placed_.size(), 1U);
  flow("heartbeat", "datajs", Flow::dead);
  ASSERT_EQ(placed_.size(), 2U);
  EXPECT_EQ(placed_[1].key, "service/datajs");
  EXPECT_FALSE(placed_[1].tentative);
  forward(1h);
  EXPECT_EQ(placed_.size(), 2U);
}

TEST_F(Place, SettlesWithoutAStageAfterTenSeconds) {
  EXPECT_TRUE(fire({{"chain", "heartbeat"}}).tentative);
  forward(5s);
  give(ClockJumped{.by = 1h});
  now_ += 1h;
  forward(5s - 1ms);
  EXPECT_EQ(placed_.size(), 1U) << "the wait is for elapsed time";
  forward(1ms);
  ASSERT_EQ(placed_.size(), 2U);
  EXPECT_EQ(placed_[1].key, "chain/heartbeat");
  EXPECT_FALSE(placed_[1].tentative);
  EXPECT_FALSE(fire({{"service", "datajs"}}).tentative) << "labels that name a service settle it";
}

TEST_F(Place, DoesNotTakeAStageThatLagsForABrokenOne) {
  flow("heartbeat", "datajs", Flow::dead);
  forward(1s);
  flow("heartbeat", "thingsboard", Flow::dead);
  const AlertPlaced first = fire({{"chain", "heartbeat"}});
  EXPECT_EQ(first.stage, "datajs");
  forward(20s);
  flow("heartbeat", "datajs", Flow::alive, 12);
  EXPECT_EQ(states("heartbeat"), "ooos");
  const AlertPlaced second = fire({{"chain", "heartbeat"}, {"severity", "page"}});
  EXPECT_EQ(second.stage, "datajs") << "an echo of the break";
  EXPECT_TRUE(second.tentative);
  EXPECT_EQ(second.why,
            "datajs is well again, thingsboard still lags: nothing flows out since "
            "14:03:11");
  flow("heartbeat", "thingsboard", Flow::alive, 12);
  forward(1h);
  for (const AlertPlaced& placed : placed_) { EXPECT_NE(placed.stage, "thingsboard"); }
}

TEST_F(Place, DoubtsTheRobotsLastWordOnceTheFlowIsBack) {
  const auto round = [&](RobotResult result) {
    give(RobotRoundEnded{.chain = "heartbeat",
                         .message = "m",
                         .stages = {{.stage = "datajs", .result = result},
                                    {.stage = "thingsboard", .result = result}}});
  };
  flow("heartbeat", "datajs", Flow::dead);
  flow("heartbeat", "thingsboard", Flow::dead);
  forward(1s);
  round(RobotResult::missing);
  EXPECT_EQ(states("heartbeat"), "oobs");
  forward(15s);
  flow("heartbeat", "datajs", Flow::alive, 12);
  flow("heartbeat", "thingsboard", Flow::alive, 12);
  EXPECT_EQ(states("heartbeat"), "oooo") << "its message went before the cure";
  EXPECT_TRUE(fire({{"chain", "heartbeat"}, {"stage", "thingsboard"}}).tentative) << "an echo";
  round(RobotResult::missing);
  EXPECT_EQ(states("heartbeat"), "oobs") << "and the next one is believed again";
  flow("heartbeat", "datajs", Flow::dead);
  flow("heartbeat", "datajs", Flow::alive, 12);
  forward(2min);
  EXPECT_EQ(states("heartbeat"), "oobs") << "rounds like the one before are not told of";
}

TEST_F(Place, NamesAStageThatLagsForTooLong) {
  flow("heartbeat", "datajs", Flow::dead);
  flow("heartbeat", "thingsboard", Flow::dead);
  fire({{"chain", "heartbeat"}});
  flow("heartbeat", "datajs", Flow::alive, 12);
  forward(2min - 1ms);
  EXPECT_EQ(placed_.back().stage, "datajs");
  forward(1ms);
  EXPECT_EQ(placed_.back().stage, "thingsboard");
  EXPECT_EQ(states("heartbeat"), "ooob");
}

TEST_F(Place, NamesAStageThatStopsAnewAtOnce) {
  flow("heartbeat", "topic", Flow::dead);
  fire({{"chain", "heartbeat"}});
  flow("heartbeat", "topic", Flow::alive, 12);
  forward(1s);
  flow("heartbeat", "datajs", Flow::dead);
  EXPECT_EQ(placed_.back().stage, "datajs");
  flow("heartbeat", "topic", Flow::dead);
  EXPECT_EQ(placed_.back().stage, "topic");
}

TEST_F(Place, LetsARuleSpeakOfItsOwnStage) {
  flow("heartbeat", "thingsboard", Flow::dead);
  const AlertPlaced placed = fire({{"chain", "heartbeat"}, {"stage", "reporter"}});
  EXPECT_EQ(placed.stage, "reporter");
  EXPECT_EQ(placed.key, "service/reporter");
}

TEST_F(Place, AnswersForEveryAlert) {
  EXPECT_EQ(fire({{"service", "datajs"}}).stage, "datajs");
  EXPECT_EQ(fire({{"service", "tb"}}).chain, "") << "it is a stage of two chains";
  EXPECT_EQ(fire({{"chain", "heartbeat"}}).key, "chain/heartbeat");
  const AlertPlaced stranger = fire({{"instance", "x"}});
  EXPECT_EQ(stranger.key, "alert/" + stranger.fingerprint);
  const AlertPlaced unknown = fire({{"service", "nobody"}, {"team", "core"}});
  EXPECT_EQ(unknown.key, "alert/" + unknown.fingerprint);
  EXPECT_EQ(unknown.team, "core");
}

TEST_F(Place, SurvivesServicesThatNeedEachOther) {
  config::Problems problems;
  const config::Node root =
      config::parse_yaml("services: {a: {needs: b}, b: {needs: a}}", "b.yml", problems);
  give(BookAdopted{.hash = "2", .text = to_text(root.to_json())});
  health("a", Health::unhealthy);
  health("b", Health::unhealthy);
  EXPECT_EQ(fire({{"service", "a"}}).cause, "service/b");
}

TEST_F(Place, ForgetsWhatTheBookNoLongerKnows) {
  flow("heartbeat", "datajs", Flow::dead);
  std::string book(kBook);
  book.replace(book.find("{name: datajs, service: datajs, flow: f}"), 40,
               "{name: datajs, service: datajs, flow: g}");
  adopt(book);
  EXPECT_EQ(states("heartbeat"), "oouo") << "another expression starts anew";
  health("nobody", Health::unhealthy);
  flow("heartbeat", "nowhere", Flow::dead);
  EXPECT_EQ(get_string(chain("heartbeat"), "state"), "unknown");
}

TEST_F(Place, KnowsNothingAtFirst) {
  decider_ = make_decider();
  adopt(kBook);
  EXPECT_EQ(states("heartbeat"), "uuuu");
  EXPECT_EQ(get_string(chain("heartbeat"), "state"), "unknown");
  EXPECT_TRUE(decider_->view("nonsense", now_).is_null());
}

}  // namespace
}  // namespace vigie::topology
