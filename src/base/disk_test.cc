#include "base/disk.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "base/testing/faulty_disk.h"

namespace vigie {
namespace {

class DiskTest : public ::testing::Test {
 protected:
  DiskTest() {
    std::string pattern = ::testing::TempDir() + "/vigie-disk-XXXXXX";
    dir_ = ::mkdtemp(pattern.data());
  }
  ~DiskTest() override { std::filesystem::remove_all(dir_); }
  std::string at(const std::string& name) const { return dir_ + "/" + name; }

  std::string dir_;
  FaultyDisk disk_{real_disk()};
};

TEST_F(DiskTest, ReplacesFilesWhole) {
  EXPECT_TRUE(disk_.write_file_atomic(at("a"), "one", 0600));
  EXPECT_TRUE(disk_.write_file_atomic(at("a"), "two", 0600));
  EXPECT_EQ(*disk_.read_file(at("a"), 100), "two");
  EXPECT_EQ(*disk_.list(dir_), std::vector<std::string>{"a"});
  EXPECT_EQ(std::filesystem::status(at("a")).permissions(), std::filesystem::perms(0600));
}

TEST_F(DiskTest, SaysWhatIsWrongAndWhere) {
  const Result<std::string> missing = disk_.read_file(at("nothing"), 100);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Code::not_found);
  EXPECT_NE(missing.error().what.find(at("nothing")), std::string::npos);
  EXPECT_TRUE(disk_.write_file_atomic(at("a"), "0123456789", 0600));
  EXPECT_EQ(disk_.read_file(at("a"), 9).error().code, Code::exhausted);
  EXPECT_EQ(*disk_.read_file(at("a"), 10), "0123456789");
  EXPECT_FALSE(disk_.write_file_atomic(at("no/such/dir/a"), "x", 0600));
}

TEST_F(DiskTest, MakesDirectoriesOnceAndAgain) {
  EXPECT_TRUE(disk_.make_dirs(at("x/y/z")));
  EXPECT_TRUE(disk_.make_dirs(at("x/y/z")));
  EXPECT_TRUE(disk_.write_file_atomic(at("file"), "", 0600));
  EXPECT_FALSE(disk_.make_dirs(at("file")));
  EXPECT_FALSE(disk_.make_dirs(at("file/below")));
}

TEST_F(DiskTest, AppendsTruncatesAndReopens) {
  auto file = *disk_.open_append(at("log"));
  EXPECT_TRUE(file->append("hello "));
  EXPECT_TRUE(file->append("world"));
  EXPECT_TRUE(file->sync());
  EXPECT_TRUE(file->truncate(5));
  file.reset();
  file = *disk_.open_append(at("log"));
  EXPECT_EQ(file->size(), 5u);
  EXPECT_TRUE(file->append("!"));
  EXPECT_EQ(*disk_.read_file(at("log"), 100), "hello!");
  EXPECT_EQ(*disk_.file_size(at("log")), 6u);
  EXPECT_GT(*disk_.free_bytes(dir_), 0u);
  EXPECT_TRUE(disk_.rename(at("log"), at("old")));
  EXPECT_TRUE(disk_.remove(at("old")));
  EXPECT_EQ(disk_.remove(at("old")).error().code, Code::not_found);
}

TEST_F(DiskTest, FailsTheCallNamed) {
  disk_.fail_call(2, Code::io);
  EXPECT_TRUE(disk_.write_file_atomic(at("a"), "1", 0600));
  EXPECT_FALSE(disk_.write_file_atomic(at("a"), "2", 0600));
  EXPECT_TRUE(disk_.write_file_atomic(at("a"), "3", 0600));
  disk_.fail_from(1);
  EXPECT_FALSE(disk_.read_file(at("a"), 10));
  EXPECT_FALSE(disk_.read_file(at("a"), 10));
  disk_.heal();
  EXPECT_EQ(*disk_.read_file(at("a"), 10), "3");
}

TEST_F(DiskTest, FillsUpInTheMiddleOfAWrite) {
  auto file = *disk_.open_append(at("log"));
  disk_.full_after(8);
  EXPECT_TRUE(file->append("12345"));
  const Status full = file->append("67890");
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, Code::exhausted);
  EXPECT_EQ(*disk_.free_bytes(dir_), 0u);
  EXPECT_EQ(*disk_.read_file(at("log"), 100), "12345678");
}

TEST_F(DiskTest, TearsTheLastWriteAndLosesWhatWasNotSynced) {
  auto file = *disk_.open_append(at("log"));
  EXPECT_TRUE(file->append("durable|"));
  EXPECT_TRUE(file->sync());
  disk_.tear_next_append(3);
  EXPECT_FALSE(file->append("torn away"));
  EXPECT_EQ(*disk_.read_file(at("log"), 100), "durable|tor");
  file.reset();
  Random random(7);
  EXPECT_TRUE(disk_.lose_unsynced(random));
  const std::string left = *disk_.read_file(at("log"), 100);
  EXPECT_TRUE(left.starts_with("durable|"));
  EXPECT_LE(left.size(), 11u);
}

TEST_F(DiskTest, ReadsWhatItAppendedAndNotPastTheEnd) {
  auto file = *disk_.open_append(at("log"));
  EXPECT_TRUE(file->append("0123456789"));
  std::string piece;
  EXPECT_TRUE(file->read(3, 4, piece));
  EXPECT_EQ(piece, "3456");
  EXPECT_EQ(file->read(8, 3, piece).error().code, Code::corrupt);
}

TEST_F(DiskTest, ALockIsHeldUntilItGoes) {
  auto held = *disk_.lock(at("lock"));
  EXPECT_EQ(disk_.lock(at("lock")).error().code, Code::conflict);
  held.reset();
  EXPECT_TRUE(disk_.lock(at("lock")));
  EXPECT_EQ(disk_.lock(at("no/such/lock")).error().code, Code::not_found);
}

TEST_F(DiskTest, CountsSyncsAndLeavesThemOut) {
  disk_.count_syncs_only();
  auto file = *disk_.open_append(at("log"));
  EXPECT_TRUE(file->sync());
  EXPECT_TRUE(disk_.sync_dir(at("not/there")));
  EXPECT_EQ(disk_.syncs(), 1u);
}

TEST(Random, IsTheSameEverywhere) {
  // The first words of xoshiro256** seeded by splitmix64(42); they must never change.
  Random a(42);
  Random b(42);
  for (int i = 0; i < 100; ++i) { EXPECT_EQ(a.next(), b.next()); }
  EXPECT_EQ(Random(42).next(), 1546998764402558742u);
}

TEST(Random, StaysInItsRange) {
  Random random(1);
  int seen[3] = {};
  for (int i = 0; i < 3000; ++i) {
    const int64_t drawn = random.between(-1, 1);
    ASSERT_GE(drawn, -1);
    ASSERT_LE(drawn, 1);
    ++seen[drawn + 1];
    const double unit = random.unit();
    ASSERT_GE(unit, 0.0);
    ASSERT_LT(unit, 1.0);
  }
  for (const int count : seen) { EXPECT_GT(count, 800); }
  EXPECT_EQ(random.between(INT64_MIN, INT64_MAX) == random.between(INT64_MIN, INT64_MAX), false);
}

}  // namespace
}  // namespace vigie
