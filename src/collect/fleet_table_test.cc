#include "collect/fleet_table.h"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>

#include "base/random.h"

namespace vigie::collect {
namespace {

constexpr uint64_t kMax = 1'000'000;
WallTime at(int64_t seconds) {
  return wall_from_millis(1'767'225'600'000 + seconds * 1000);
}

TEST(FleetTable, DevicesFallSilentAndComeBack) {
  FleetTable table(60s);
  EXPECT_TRUE(*table.beat("a", at(0), kMax));
  EXPECT_TRUE(*table.beat("b", at(30), kMax));
  EXPECT_FALSE(*table.beat("a", at(40), kMax));
  EXPECT_EQ(table.expire(at(89), 24h), 0u);
  EXPECT_EQ(table.expire(at(90), 24h), 1u);
  EXPECT_EQ(table.counts().active, 1u);
  const auto silent = table.list(true, 10);
  ASSERT_EQ(silent.size(), 1u);
  EXPECT_EQ(silent[0].name, "b");
  EXPECT_EQ(silent[0].last, at(30));
  EXPECT_TRUE(*table.beat("b", at(95), kMax));
  EXPECT_EQ(table.counts().inactive, 0u);
  EXPECT_EQ(table.counts().came, 3u);
  EXPECT_EQ(table.counts().went, 1u);
}

TEST(FleetTable, ForgetsTheLongSilent) {
  FleetTable table(60s);
  ASSERT_TRUE(table.beat("a", at(0), kMax));
  ASSERT_TRUE(table.beat("b", at(50), kMax));
  EXPECT_EQ(table.expire(at(100), 100s), 2u);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_TRUE(*table.beat("a", at(101), kMax));
  EXPECT_EQ(table.size(), 2u);
}

TEST(FleetTable, RefusesBeyondItsBoundAndBadNames) {
  FleetTable table(60s);
  ASSERT_TRUE(table.beat("a", at(0), 1));
  EXPECT_EQ(table.beat("b", at(0), 1).error().code, Code::exhausted);
  EXPECT_TRUE(table.beat("a", at(1), 1));
  EXPECT_EQ(table.beat("", at(0), kMax).error().code, Code::invalid);
  EXPECT_EQ(table.beat(std::string(256, 'x'), at(0), kMax).error().code, Code::invalid);
  EXPECT_EQ(table.beat("dev\xff", at(0), kMax).error().code, Code::invalid);
}

TEST(FleetTable, FollowsAClockThatGoesBack) {
  FleetTable table(60s);
  ASSERT_TRUE(table.beat("a", at(3600), kMax));
  ASSERT_TRUE(table.beat("b", at(10), kMax));
  EXPECT_EQ(table.expire(at(69), 24h), 0u);
  EXPECT_EQ(table.expire(at(70), 24h), 2u);
}

TEST(FleetTable, AgreesWithAPlainMap) {
  FleetTable table(50s);
  std::map<std::string, int64_t> heard;
  Random random(11);
  for (int64_t now = 0; now < 3000; ++now) {
    for (int i = 0; i < 5; ++i) {
      const std::string name = fmt::format("device-{}", random.below(400));
      ASSERT_TRUE(table.beat(name, at(now), kMax));
      heard[name] = now;
    }
    table.expire(at(now), 120s);
    std::erase_if(heard, [now](const auto& d) { return d.second + 120 <= now; });
    uint64_t active = 0;
    for (const auto& [name, last] : heard) { active += last + 50 > now ? 1 : 0; }
    ASSERT_EQ(table.counts().active, active) << now;
    ASSERT_EQ(table.size(), heard.size()) << now;
  }
  for (const auto& device : table.list(false, 1000)) {
    EXPECT_EQ(device.last, at(heard.at(std::string(device.name))));
  }
}

TEST(FleetTable, ADeviceTakesAtMost64Bytes) {
  FleetTable table(600s);
  constexpr int kDevices = 200'000;
  for (int i = 0; i < kDevices; ++i) {
    ASSERT_TRUE(table.beat(fmt::format("gateway-{:012x}", i), at(i / 1000), kMax));
  }
  EXPECT_LE(table.memory_bytes() / kDevices, 64u);
}

TEST(FleetTable, ARestartDeclaresNobodyDead) {
  FleetTable table(60s);
  ASSERT_TRUE(table.beat("old", at(0), kMax));
  ASSERT_TRUE(table.beat("gw-1", at(65), kMax));
  table.expire(at(70), 24h);
  const std::string image = table.encode(at(70));
  auto again = FleetTable::decode(image, 60s, at(10'070));
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ((*again)->counts().active, 1u);
  EXPECT_EQ((*again)->counts().inactive, 1u);
  EXPECT_EQ((*again)->expire(at(10'124), 24h), 0u);
  EXPECT_EQ((*again)->expire(at(10'125), 24h), 1u) << "5 s were gone before the image was made";
  EXPECT_TRUE(*(*again)->beat("old", at(10'126), kMax));
}

TEST(FleetTable, RefusesADamagedImage) {
  FleetTable table(60s);
  ASSERT_TRUE(table.beat("gw-1", at(0), kMax));
  const std::string image = table.encode(at(1));
  for (size_t i = 0; i < image.size(); ++i) {
    std::string wrong = image;
    wrong[i] = static_cast<char>(wrong[i] ^ 1);
    EXPECT_FALSE(FleetTable::decode(wrong, 60s, at(2))) << i;
    EXPECT_FALSE(FleetTable::decode(image.substr(0, i), 60s, at(2))) << i;
  }
}

}  // namespace
}  // namespace vigie::collect
