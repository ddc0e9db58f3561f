// Each fault does what it says, and ends when it is cleared.
#include "stage/faults.h"

#include <gtest/gtest.h>
#include <signal.h>

#include "stage/testing/rehearsal.h"

namespace vigie::stage {
namespace {

constexpr const char* kCrowTopic = "/topics/teamusages.dataEnrichementCrow.heartbeat.save/empty";

TEST(Faults, HangAnswersNothingAndNothingFlows) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("dataenricher", {{"kind", "hang"}});
  EXPECT_EQ(platform.get("dataenricher", "/health", 300ms).status, 0);
  EXPECT_EQ(platform.get("dataenricher", "/metrics", 300ms).status, 0);
  ASSERT_TRUE(platform.alarm("while-hung"));
  platform.pause(500ms);
  EXPECT_FALSE(platform.seen("thingsboard", "while-hung"));
  platform.clear("dataenricher");
  EXPECT_TRUE(platform.eventually([&] { return platform.seen("thingsboard", "while-hung"); }));
  EXPECT_EQ(platform.get("dataenricher", "/health").status, 200);
}

TEST(Faults, CrashExitsAtOnce) {
  Rehearsal platform;
  platform.start("offre");
  platform.fault("offre", {{"kind", "crash"}});
  const Exit exit = platform.wait("offre");
  EXPECT_EQ(exit.code, 1);
  EXPECT_EQ(exit.signal, 0);
}

TEST(Faults, SlowTakesItsTimeForEachMessage) {
  Rehearsal platform;
  platform.start("event");
  platform.fault("event", {{"kind", "slow"}, {"ms", 200}});
  const MonoTime start = platform.net().loop.clock().mono();
  for (int i = 0; i < 3; ++i) {
    const json::object body{{"id", std::to_string(i)}, {"kind", "smoke"}};
    EXPECT_EQ(platform.post("event", "/alarm", body).status, 202);
  }
  EXPECT_GE(platform.net().loop.clock().mono() - start, 600ms);
  EXPECT_EQ(platform.get("event", "/health", 150ms).status, 200);
}

TEST(Faults, SlowConsumersFallBehind) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("dataenricher", {{"kind", "slow"}, {"ms", 300}});
  for (int i = 0; i < 10; ++i) { ASSERT_TRUE(platform.alarm("slow-" + std::to_string(i))); }
  EXPECT_TRUE(platform.eventually(
      [&] { return platform.metric("dataenricher", "dataenricher_lag_messages") >= 3; }));
  platform.clear("dataenricher");
  EXPECT_TRUE(platform.eventually(
      [&] { return platform.metric("dataenricher", "dataenricher_lag_messages") == 0; }));
}

TEST(Faults, LeakGrowsUntilItIsCleared) {
  Rehearsal platform;
  platform.start("signaling");
  const auto memory = [&] { return platform.metric("signaling", "process_resident_memory_bytes"); };
  const double before = memory();
  platform.fault("signaling", {{"kind", "leak"}, {"mb_per_second", 100}});
  EXPECT_TRUE(platform.eventually([&] { return memory() > before + 20e6; }));
  EXPECT_EQ(platform.get("signaling", "/health").status, 200);
  platform.clear("signaling");
  EXPECT_TRUE(platform.eventually([&] { return memory() < before + 10e6; }));
}

TEST(Faults, DropLosesItsShareAndHealthStaysGood) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("dataenricher", {{"kind", "drop"}, {"share", 0.5}});
  for (int i = 0; i < 10; ++i) { ASSERT_TRUE(platform.alarm("drop-" + std::to_string(i))); }
  const auto last_in = [&] { return platform.metric("dataenricher", "dataenricher_in_total"); };
  EXPECT_TRUE(platform.eventually([&] { return last_in() >= 11; }));
  int arrived = 0;
  EXPECT_TRUE(platform.eventually([&] {
    arrived = 0;
    for (int i = 0; i < 10; ++i) {
      arrived += platform.seen("thingsboard", "drop-" + std::to_string(i)) ? 1 : 0;
    }
    return arrived == 5;
  })) << arrived;
  EXPECT_EQ(platform.get("dataenricher", "/health").status, 200);
}

TEST(Faults, CamundaFailsEverythingWhileOffreRefuses) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("offre", {{"kind", "refuse"}});
  EXPECT_EQ(platform.get("offre", "/health").status, 503);
  EXPECT_EQ(platform.get("offre", "/metrics").status, 200);
  ASSERT_TRUE(platform.alarm("no-offer"));
  EXPECT_TRUE(platform.eventually([&] { return platform.seen("event", "no-offer"); }));
  EXPECT_TRUE(
      platform.eventually([&] { return platform.metric("camunda", "camunda_failed_total") >= 1; }));
  EXPECT_FALSE(platform.seen("camunda", "no-offer"));
  EXPECT_EQ(platform.get("camunda", "/health").status, 200);
  platform.clear("offre");
  ASSERT_TRUE(platform.alarm("offer-again"));
  EXPECT_TRUE(platform.eventually([&] { return platform.seen("camunda", "offer-again"); }));
}

TEST(Faults, PoisonStopsTheConsumerUntilTheTopicIsEmptied) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("datajs", {{"kind", "poison"}});
  const auto stuck = [&] { return platform.get_json("datajs", "/health").contains("stuck_on"); };
  EXPECT_TRUE(platform.eventually(stuck));
  EXPECT_EQ(platform.get("datajs", "/health").status, 200);
  ASSERT_TRUE(platform.heartbeat("behind-poison", "gw-00002"));
  EXPECT_TRUE(platform.eventually([&] {
    return platform.seen("broker",
                         "behind-poison?topic=teamusages.dataEnrichementCrow.heartbeat.save");
  }));

  // A restart reads the same message again.
  platform.signal("datajs", SIGTERM);
  platform.wait("datajs");
  platform.start("datajs");
  EXPECT_TRUE(platform.eventually(stuck));
  EXPECT_FALSE(platform.seen("thingsboard", "behind-poison"));

  const net::HttpReply emptied = platform.post("broker", kCrowTopic, json::object{});
  EXPECT_EQ(emptied.status, 200) << emptied.body;
  EXPECT_TRUE(platform.eventually([&] { return !stuck(); }));
  ASSERT_TRUE(platform.heartbeat("after-emptying", "gw-00002"));
  EXPECT_TRUE(platform.eventually([&] { return platform.seen("thingsboard", "after-emptying"); }));
  EXPECT_FALSE(platform.seen("thingsboard", "behind-poison")) << emptied.body;
}

TEST(Faults, ABrokerThatRefusesLetsNothingThrough) {
  Rehearsal platform;
  platform.start_platform();
  platform.fault("broker", {{"kind", "refuse"}});
  EXPECT_EQ(platform.get("broker", "/health").status, 503);
  platform.alarm("no-broker");
  platform.pause(500ms);
  EXPECT_FALSE(platform.seen("thingsboard", "no-broker"));
  platform.clear("broker");
  EXPECT_TRUE(platform.eventually([&] { return platform.seen("thingsboard", "no-broker"); }));
}

TEST(Faults, StickyOnesComeBackAfterARestartUntilCleared) {
  Rehearsal platform;
  platform.start("event");
  platform.fault("event", {{"kind", "refuse"}, {"sticky", true}});
  const auto restart = [&] {
    platform.signal("event", SIGTERM);
    platform.wait("event");
    platform.start("event");
  };
  restart();
  EXPECT_EQ(platform.get("event", "/health").status, 503);
  platform.clear("event");
  restart();
  EXPECT_EQ(platform.get("event", "/health").status, 200);
}

TEST(Faults, EndByThemselvesAfterTheirTime) {
  Rehearsal platform;
  platform.start("event");
  platform.fault("event", {{"kind", "refuse"}, {"for_seconds", 0.3}});
  EXPECT_EQ(platform.get("event", "/health").status, 503);
  EXPECT_TRUE(platform.eventually([&] { return platform.get("event", "/health").status == 200; }));
}

TEST(Faults, AWrongOneIsRefusedWithWhatWouldBeRight) {
  Rehearsal platform;
  platform.start("offre");
  const net::HttpReply unknown = platform.post("offre", "/fault", json::object{{"kind", "melt"}});
  EXPECT_EQ(unknown.status, 400);
  EXPECT_NE(unknown.body.find("hang, crash"), std::string::npos) << unknown.body;
  EXPECT_EQ(platform.post("offre", "/fault", json::object{{"kind", "poison"}}).status, 400);
  EXPECT_EQ(platform.post("offre", "/fault", json::object{{"kind", "drop"}, {"share", 7}}).status,
            400);
  EXPECT_EQ(platform.send("POST", "offre", "/fault", "{").status, 400);
  EXPECT_EQ(platform.send("PUT", "offre", "/fault", "{}").status, 405);
}

TEST(Faults, ParsesItsNumbersWithinTheirRanges) {
  const FaultKind every[] = {FaultKind::slow, FaultKind::drop, FaultKind::leak};
  const Result<Fault> slow =
      parse_fault({{"kind", "slow"}, {"ms", 40}, {"for_seconds", 1.5}}, every);
  ASSERT_TRUE(slow.has_value());
  EXPECT_EQ(slow->delay, 40ms);
  EXPECT_EQ(slow->lasts, 1500ms);
  EXPECT_FALSE(parse_fault({{"kind", "slow"}, {"ms", "40"}}, every).has_value());
  EXPECT_FALSE(parse_fault({{"kind", "slow"}, {"mss", 40}}, every).has_value());
  EXPECT_FALSE(parse_fault({{"kind", "hang"}}, every).has_value());
}

}  // namespace
}  // namespace vigie::stage
