#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "base/testing/faulty_disk.h"
#include "base/testing/temp_dir.h"
#include "tsdb/tsdb.h"

namespace vigie::tsdb {
namespace {

const WallTime kStart = wall_from_millis(1'767'225'600'000);
const WallTime kFuture = kStart + std::chrono::days{365};

std::unique_ptr<Store> open(const TempDir& dir, Disk* disk = nullptr) {
  auto store = Store::open({.dir = dir.path(), .disk = disk});
  EXPECT_TRUE(store) << store.error().what;
  return std::move(*store);
}

Labels named(const std::string& name, const std::string& job) {
  return {{"__name__", name}, {"job", job}};
}

std::vector<Point> points(const Store& store, const Matchers& matchers) {
  std::vector<Point> out;
  const auto set = store.select(matchers, kStart - 24h, kFuture);
  EXPECT_TRUE(set);
  for (const SeriesView& series : *set) { EXPECT_TRUE(series.read(kStart - 24h, kFuture, out)); }
  return out;
}

void fill(Store& store, int from, int to) {
  for (int i = from; i < to; ++i) {
    const Sample batch[] = {{named("up", "a"), kStart + i * 1s, i * 1.0},
                            {named("up", "b"), kStart + i * 1s, i * 2.0}};
    ASSERT_TRUE(store.append(batch));
  }
}

TEST(Store, GivesBackWhatWasAppended) {
  const TempDir dir;
  auto store = open(dir);
  fill(*store, 0, 500);
  const auto a = points(*store, {Matcher::equal("job", "a")});
  ASSERT_EQ(a.size(), 500U);
  EXPECT_EQ(a[499].value, 499);
  EXPECT_EQ(points(*store, {Matcher::equal("__name__", "up")}).size(), 1000U);
  EXPECT_TRUE(store->has_metric("up"));
  EXPECT_FALSE(store->has_metric("down"));
  EXPECT_EQ(store->label_values("job", {}, kStart, kFuture), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(store->label_names({Matcher::equal("job", "a")}, kStart, kFuture).size(), 2U);
  EXPECT_EQ(store->series({}, kStart, kFuture).size(), 2U);
  EXPECT_EQ(store->stats().samples, 1000U);
}

TEST(Store, RefusesSamplesOfATimeYetToCome) {
  const TempDir dir;
  SimClock clock(kStart);
  StoreOptions options{.dir = dir.path()};
  options.clock = &clock;
  auto store = Store::open(std::move(options));
  ASSERT_TRUE(store) << store.error().what;
  const Sample next_year[] = {{named("up", "a"), kStart + 8'760h, 1}};
  EXPECT_EQ((*store)->append(next_year)->too_early, 1U);
  const Sample soon[] = {{named("up", "a"), kStart + 9min, 1}};
  EXPECT_EQ((*store)->append(soon)->stored, 1U);
}

TEST(Store, CountsWhatItRefuses) {
  const TempDir dir;
  auto store = open(dir);
  fill(*store, 0, 10);
  const Sample batch[] = {{named("up", "a"), kStart + 9s, 9},    // repeated
                          {named("up", "a"), kStart + 9s, 10},   // conflicting
                          {named("up", "a"), kStart + 3s, 1},    // out of order
                          {named("up", "a"), kStart + 20s, 5},   // stored
                          {named("up", "a"), kStart + 15s, 5},   // out of order within the batch
                          {named("up", "a"), kStart + 20s, 5}};  // repeated
  const auto done = store->append(batch);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->stored, 1U);
  EXPECT_EQ(done->repeated, 2U);
  EXPECT_EQ(done->conflicting, 1U);
  EXPECT_EQ(done->out_of_order, 2U);
  EXPECT_EQ(points(*store, {Matcher::equal("job", "a")}).size(), 11U);
}

TEST(Store, RefusesSeriesBeyondItsLimit) {
  const TempDir dir;
  auto store = std::move(*Store::open({.dir = dir.path(), .series_max = 1}));
  const Sample batch[] = {{named("up", "a"), kStart, 1}, {named("up", "b"), kStart, 1}};
  EXPECT_EQ(store->append(batch)->over_limit, 1U);
  EXPECT_EQ(store->resolve(named("up", "c")).error().code, Code::exhausted);
}

TEST(Store, HoldsEverythingAfterARestartAndACheckpoint) {
  const TempDir dir;
  fill(*open(dir), 0, 300);
  {
    auto store = open(dir);
    EXPECT_EQ(points(*store, {}).size(), 600U);
    fill(*store, 300, 400);
    ASSERT_TRUE(store->checkpoint());
    EXPECT_EQ(points(*store, {}).size(), 800U);
    fill(*store, 400, 450);
  }
  auto store = open(dir);
  const auto a = points(*store, {Matcher::equal("job", "a")});
  ASSERT_EQ(a.size(), 450U);
  for (size_t i = 0; i < a.size(); ++i) { EXPECT_EQ(a[i].value, static_cast<double>(i)); }
  const Sample again[] = {{named("up", "a"), kStart + 449s, 449}};
  EXPECT_EQ(store->append(again)->repeated, 1U);
}

TEST(Store, RemembersTheNewestValueAcrossACheckpoint) {
  const TempDir dir;
  {
    auto store = open(dir);
    fill(*store, 0, 5);
    ASSERT_TRUE(store->checkpoint());
  }
  const Sample again[] = {{named("up", "b"), kStart + 4s, 8}};
  EXPECT_EQ(open(dir)->append(again)->repeated, 1U);
}

TEST(Store, LosesNothingAcknowledgedToAKill) {
  const TempDir dir;
  int pipe_ends[2];
  ASSERT_EQ(::pipe(pipe_ends), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    auto store = Store::open({.dir = dir.path()});
    for (int i = 0;; ++i) {
      const Sample batch[] = {{named("up", "a"), kStart + i * 1s, i * 1.0}};
      if (!(*store)->append(batch)) { ::_exit(1); }
      if (::write(pipe_ends[1], &i, sizeof i) != sizeof i) { ::_exit(1); }
    }
  }
  int acknowledged = 0;
  while (acknowledged < 2000) {
    ASSERT_EQ(::read(pipe_ends[0], &acknowledged, sizeof acknowledged),
              static_cast<ssize_t>(sizeof acknowledged));
  }
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  ::close(pipe_ends[0]);
  ::close(pipe_ends[1]);
  EXPECT_GT(points(*open(dir), {}).size(), static_cast<size_t>(acknowledged));
}

TEST(Store, CutsATornTailAndSaysSo) {
  const TempDir dir;
  fill(*open(dir), 0, 100);
  const std::string segment = dir.path() + "/log/00000001.log";
  {
    std::ofstream torn(segment, std::ios::app | std::ios::binary);
    torn << std::string("\x40\0\0\0garbage", 11);
  }
  auto store = open(dir);
  EXPECT_EQ(store->stats().log_bytes_cut, 11U);
  EXPECT_EQ(points(*store, {}).size(), 200U);
}

TEST(Store, ComesBackFromEveryPrefixOfItsLog) {
  const TempDir dir;
  fill(*open(dir), 0, 6);
  const std::string segment = dir.path() + "/log/00000001.log";
  std::ifstream in(segment, std::ios::binary);
  const std::string whole((std::istreambuf_iterator<char>(in)), {});
  size_t before = 0;
  for (size_t cut = 0; cut <= whole.size(); ++cut) {
    const TempDir copy;
    ASSERT_TRUE(real_disk().make_dirs(copy.path() + "/log"));
    std::ofstream(copy.path() + "/log/00000001.log", std::ios::binary) << whole.substr(0, cut);
    FaultyDisk disk;
    const size_t now = points(*open(copy, &disk), {}).size();
    EXPECT_EQ(now % 2, 0U) << "half a batch at " << cut;
    EXPECT_GE(now, before);
    before = now;
  }
  EXPECT_EQ(before, 12U);
}

TEST(Store, RefusesALogOfANewerVersion) {
  const TempDir dir;
  ASSERT_TRUE(real_disk().make_dirs(dir.path() + "/log"));
  std::ofstream(dir.path() + "/log/00000001.log", std::ios::binary)
      << std::string("VIGLOG\0\2", 8) << "something";
  const auto opened = Store::open({.dir = dir.path()});
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::invalid);
}

TEST(Store, PutsADamagedLogAsideAndGoesOn) {
  const TempDir dir;
  {
    auto store = open(dir);
    fill(*store, 0, 10);
  }
  std::ofstream(dir.path() + "/log/00000001.log", std::ios::binary) << "this is no log";
  auto store = open(dir);
  fill(*store, 10, 20);
  EXPECT_EQ(points(*store, {Matcher::equal("job", "a")}).size(), 10U);
  EXPECT_TRUE(std::filesystem::exists(dir.path() + "/log/00000001.log.damaged"));
}

TEST(Store, RefusesASecondProcess) {
  const TempDir dir;
  auto first = open(dir);
  EXPECT_EQ(Store::open({.dir = dir.path()}).error().code, Code::conflict);
}

TEST(Store, StaysWholeWhenTheDiskIsFull) {
  const TempDir dir;
  FaultyDisk disk;
  {
    auto store = open(dir, &disk);
    fill(*store, 0, 10);
    disk.full_after(10);
    const Sample batch[] = {{named("up", "a"), kStart + 10s, 10}, {named("new", "a"), kStart, 1}};
    const auto refused = store->append(batch);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Code::exhausted);
    EXPECT_EQ(store->checkpoint().error().code, Code::exhausted);
    EXPECT_EQ(points(*store, {}).size(), 20U);
    disk.heal();
    EXPECT_EQ(store->append(batch)->stored, 2U);
    ASSERT_TRUE(store->checkpoint());
  }
  auto store = open(dir, &disk);
  EXPECT_EQ(points(*store, {}).size(), 22U);
  EXPECT_EQ(store->stats().log_bytes_cut, 0U);
}

TEST(Store, SurvivesACheckpointThatEndsAnywhere) {
  for (uint64_t budget = 0; budget < 700; budget += 13) {
    const TempDir dir;
    FaultyDisk disk;
    {
      auto store = open(dir, &disk);
      fill(*store, 0, 130);
      disk.full_after(budget);
      (void)store->checkpoint();
    }
    disk.heal();
    EXPECT_EQ(points(*open(dir, &disk), {}).size(), 260U) << "with " << budget << " bytes";
  }
}

TEST(Store, SyncsOnceForMany) {
  const TempDir dir;
  FaultyDisk disk;
  auto store = open(dir, &disk);
  const uint64_t before = disk.syncs();
  fill(*store, 0, 50);
  ASSERT_TRUE(store->sync());
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(disk.syncs(), before + 1);
}

TEST(Store, ForgetsWhatIsOlderThanItsRetention) {
  const TempDir dir;
  auto store = std::move(*Store::open({.dir = dir.path(), .retention = 1h}));
  fill(*store, 0, 10);
  ASSERT_TRUE(store->checkpoint());
  const auto kept = store->select({}, kStart, kFuture);
  const Sample later[] = {{named("up", "a"), kStart + 2h, 1}};
  ASSERT_TRUE(store->append(later));
  ASSERT_TRUE(store->prune(kStart + 2h));
  EXPECT_EQ(points(*store, {}).size(), 1U);
  EXPECT_EQ(store->stats().series, 1U);
  EXPECT_EQ(store->stats().samples, 1U);
  // The snapshot that was taken before still reads the dropped file.
  std::vector<Point> out;
  ASSERT_TRUE((*kept)[0].read(kStart, kFuture, out));
  EXPECT_EQ(out.size(), 10U);
}

TEST(Store, RotatesALongLog) {
  const TempDir dir;
  auto store = std::move(*Store::open({.dir = dir.path(), .log_segment_max = 4096}));
  fill(*store, 0, 400);
  ASSERT_TRUE(store->prune(kStart + 400s));
  EXPECT_LT(store->stats().log_bytes, 100U);
  EXPECT_EQ((*real_disk().list(dir.path() + "/log")).size(), 1U);
  EXPECT_EQ(points(*store, {}).size(), 800U);
}

TEST(Store, TellsWhichMetricsGotSamples) {
  const TempDir dir;
  auto store = open(dir);
  std::set<std::string> heard;
  WallTime newest{};
  store->on_appended([&](const std::set<std::string>& names, WallTime at) {
    heard = names;
    newest = at;
  });
  Appender appender(*store);
  ASSERT_TRUE(appender.add(named("up", "a"), kStart, 1));
  ASSERT_TRUE(appender.add(named("up", "b"), kStart + 1s, 1));
  ASSERT_TRUE(appender.add(named("load", "b"), kStart, 1));
  ASSERT_TRUE(appender.commit());
  EXPECT_EQ(heard, (std::set<std::string>{"load", "up"}));
  EXPECT_EQ(newest, kStart + 1s);
}

TEST(Store, IsReadWhileItIsWritten) {
  const TempDir dir;
  auto store = open(dir);
  std::atomic<bool> done{false};
  std::thread reader([&] {
    size_t before = 0;
    while (!done) {
      const size_t now = points(*store, {}).size();
      EXPECT_EQ(now % 2, 0U);
      EXPECT_GE(now, before);
      before = now;
    }
  });
  for (int i = 0; i < 20; ++i) {
    fill(*store, i * 100, i * 100 + 100);
    if (i % 5 == 4) { EXPECT_TRUE(store->checkpoint()); }
  }
  done = true;
  reader.join();
}

}  // namespace
}  // namespace vigie::tsdb
