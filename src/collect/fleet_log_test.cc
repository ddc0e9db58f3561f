#include "collect/fleet_log.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "base/testing/temp_dir.h"

namespace vigie::collect {
namespace {

std::vector<std::string> read_all(FleetLog& log) {
  std::vector<std::string> out;
  const Status read = log.read([&](std::string_view device) { out.emplace_back(device); });
  EXPECT_TRUE(read) << read.error().what;
  return out;
}

TEST(FleetLog, GivesBackWhatNoImageHas) {
  const TempDir dir;
  const std::string image = dir.path() + "/fleets/gw.fleet";
  {
    FleetLog log(image);
    EXPECT_TRUE(read_all(log).empty()) << "there is no directory yet";
    ASSERT_TRUE(log.add("in the image"));
    const std::vector<std::string> needless = log.turn();
    ASSERT_TRUE(log.add("dev/é"));
    ASSERT_TRUE(log.add(std::string(255, 'x')));
    FleetLog::drop(needless);
  }
  FleetLog next(image);
  EXPECT_EQ(read_all(next), (std::vector<std::string>{"dev/é", std::string(255, 'x')}));
  ASSERT_TRUE(next.add("later"));
  FleetLog::drop(next.turn());
  FleetLog last(image);
  EXPECT_TRUE(read_all(last).empty());
}

TEST(FleetLog, ARecordThatIsCutIsTheLastOne) {
  const TempDir dir;
  const std::string image = dir.path() + "/gw.fleet";
  {
    FleetLog log(image);
    ASSERT_TRUE(log.add("one"));
    ASSERT_TRUE(log.add("two"));
  }
  std::filesystem::resize_file(image + ".new.1", 6);
  FleetLog log(image);
  EXPECT_EQ(read_all(log), (std::vector<std::string>{"one"}));
}

}  // namespace
}  // namespace vigie::collect
