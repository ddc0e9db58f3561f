// The platform as real processes, without Vigie: what is healthy flows.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "stage/testing/rehearsal.h"

namespace vigie::stage {
namespace {

TEST(Stage, CarriesAnAlarmThroughEveryStage) {
  Rehearsal platform;
  platform.start_platform();
  for (const std::string kind : {"intrusion", "flood", "smoke"}) {
    const std::string id = "marked-" + kind;
    ASSERT_TRUE(platform.alarm(id, kind));
    for (const std::string stage :
         {"reporter", "dataenricher", "thingsboard", "event", "telesurveillance", "camunda"}) {
      EXPECT_TRUE(platform.eventually([&] { return platform.seen(stage, id); })) << stage;
    }
    for (const std::string topic : {"crow.alarm", "output"}) {
      EXPECT_TRUE(platform.eventually([&] {
        return platform.seen("broker", id + "?topic=" + topic);
      })) << topic;
    }
    const json::object stored = platform.get_json("thingsboard", "/alarms/" + id);
    EXPECT_EQ(get_string(stored, "kind"), kind);
  }
  EXPECT_EQ(platform.get("camunda", "/seen/never-sent").status, 404);
}

TEST(Stage, CarriesHeartbeatsOfBothMakesToTheDatabase) {
  Rehearsal platform;
  platform.start_platform();
  ASSERT_TRUE(platform.heartbeat("crow", "gw-00002"));
  ASSERT_TRUE(platform.heartbeat("sercomm", "gw-00003"));
  for (const std::string id : {"crow", "sercomm"}) {
    EXPECT_TRUE(platform.eventually([&] { return platform.seen("thingsboard", id); })) << id;
    EXPECT_TRUE(platform.seen("datajs", id));
  }
  EXPECT_TRUE(platform.eventually([&] {
    return platform.seen("broker", "crow?topic=teamusages.dataEnrichementCrow.heartbeat.save");
  }));
  EXPECT_TRUE(platform.eventually([&] {
    return platform.seen("broker",
                         "sercomm?topic=teamusages.dataEnrichement.heartbeatSercomm.send");
  }));
  EXPECT_TRUE(get_bool(platform.get_json("thingsboard", "/devices/gw-00002"), "active"));
}

TEST(Stage, CountsDevicesThatFellSilent) {
  Rehearsal platform;
  platform.start_all({"broker", "event", "telesurveillance", "camunda"});
  platform.start("thingsboard", {"--inactive-after", "1s"});
  platform.start_all({"datajs", "reporter", "devicemanagement"});
  platform.start("gateways", {"--devices", "20", "--heartbeat-every", "300ms"});
  const auto inactive = [&] {
    const json::object counted = platform.get_json("devicemanagement", "/devices/inactive/count");
    return get_int(counted, "total", -1) == 20 ? get_int(counted, "count", -1) : -1;
  };
  EXPECT_TRUE(platform.eventually([&] { return inactive() == 0; }));
  platform.fault("gateways", {{"kind", "drop"}, {"share", 0.5}});
  EXPECT_TRUE(platform.eventually([&] { return inactive() == 10; }));
  EXPECT_TRUE(platform.eventually([&] {
    return platform.metric("devicemanagement", "devicemanagement_inactive_devices") == 10;
  }));
  platform.clear("gateways");
  EXPECT_TRUE(platform.eventually([&] { return inactive() == 0; }));
}

TEST(Stage, RemembersDevicesOverARestartOfThingsBoard) {
  Rehearsal platform;
  platform.start("broker");
  platform.start("thingsboard");
  const json::object body{{"id", "h1"}, {"device", "gw-00007"}};
  ASSERT_EQ(platform.post("thingsboard", "/heartbeat", body).status, 202);
  platform.signal("thingsboard", SIGTERM);
  EXPECT_EQ(platform.wait("thingsboard").code, 0);
  platform.start("thingsboard");
  EXPECT_EQ(platform.get("thingsboard", "/devices/gw-00007").status, 200);
}

TEST(Stage, GoesOnAfterTheBrokerWasKilledAndCameBackElsewhere) {
  Rehearsal platform;
  platform.start_platform();
  const std::string before = get_string(platform.get_json("broker", "/bootstrap"), "bootstrap");
  platform.signal("broker", SIGKILL);
  platform.wait("broker");
  platform.start("broker");
  EXPECT_NE(get_string(platform.get_json("broker", "/bootstrap"), "bootstrap"), before);
  int number = 0;
  EXPECT_TRUE(platform.eventually([&] {
    // What was on its way is lost with the broker's memory, so each try is a new one.
    const std::string id = "again-" + std::to_string(++number);
    return platform.alarm(id) &&
           platform.eventually([&] { return platform.seen("camunda", id); }, 1s);
  }));
}

TEST(Stage, EveryRoleStopsWithinASecond) {
  Rehearsal platform;
  platform.start_platform();
  platform.start("gateways");
  platform.start_all({"mailsink", "signaling", "loki"});
  for (const std::string role : {"gateways", "reporter", "datajs", "thingsboard", "broker",
                                 "camunda", "mailsink", "signaling", "loki"}) {
    const MonoTime asked = platform.net().loop.clock().mono();
    platform.signal(role, SIGTERM);
    const Exit exit = platform.wait(role);
    EXPECT_EQ(exit.code, 0) << role;
    EXPECT_LT(platform.net().loop.clock().mono() - asked, 1s) << role;
  }
}

TEST(Stage, RefusesAWrongCommandLine) {
  net::Loopback here;
  const auto code_of = [&](std::vector<std::string> arguments) {
    Command command;
    command.argv = {VIGIE_STAGE};
    command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
    const Result<Exit> exit = here.run(run(here.loop, std::move(command), here.in(5s)));
    return exit ? exit->code : -1;
  };
  EXPECT_EQ(code_of({"nobody"}), 2);
  EXPECT_EQ(code_of({"datajs", "--port", "many"}), 2);
  EXPECT_EQ(code_of({"datajs", "--colour", "red"}), 2);
  EXPECT_EQ(code_of({"gateways", "--devices"}), 2);
  EXPECT_EQ(code_of({"--help"}), 0);
  EXPECT_EQ(code_of({"datajs", "--help"}), 0);
}

}  // namespace
}  // namespace vigie::stage
