#include "tsdb/chunk.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>

#include "base/random.h"
#include "model/sample.h"
#include "tsdb/crc32c.h"

namespace vigie::tsdb {
namespace {

void expect_round_trip(const std::vector<Point>& points) {
  ChunkWriter writer;
  for (const Point& p : points) { writer.add(to_millis(p.at), p.value); }
  const auto chunk = writer.copy();
  std::vector<Point> back;
  ASSERT_TRUE(decode(chunk->bits, chunk->count, INT64_MIN, INT64_MAX, back));
  ASSERT_EQ(back.size(), points.size());
  for (size_t i = 0; i < points.size(); ++i) {
    EXPECT_EQ(back[i].at, points[i].at);
    EXPECT_EQ(std::bit_cast<uint64_t>(back[i].value), std::bit_cast<uint64_t>(points[i].value));
  }
}

TEST(Chunk, GivesBackEveryBit) {
  Random random(7);
  for (int round = 0; round < 200; ++round) {
    std::vector<Point> points;
    int64_t at = static_cast<int64_t>(random.next() % 2'000'000'000'000);
    for (int i = 0; i < 150; ++i) {
      const double values[] = {static_cast<double>(random.next() % 10),
                               std::bit_cast<double>(random.next()), stale_marker(),
                               std::numeric_limits<double>::infinity(), -0.0};
      points.push_back({wall_from_millis(at), values[random.next() % 5]});
      const int64_t steps[] = {1, 15'000, 15'001, 9'000, 140'000, 600'000, 40'000'000'000};
      at += steps[random.next() % 7];
    }
    expect_round_trip(points);
  }
}

TEST(Chunk, HoldsTheEndsOfTime) {
  expect_round_trip({{wall_from_millis(INT64_MIN + 1), 1}, {wall_from_millis(INT64_MAX), 2}});
}

TEST(Chunk, TakesUnderTwoBytesForACalmSeries) {
  ChunkWriter writer;
  for (int i = 0; i < 120; ++i) { writer.add(i * 15'000, 42); }
  EXPECT_LT(writer.bytes(), 60U);
}

TEST(Chunk, ReportsBitsThatEndEarly) {
  ChunkWriter writer;
  for (int i = 0; i < 50; ++i) { writer.add(i * 1000, std::sin(i)); }
  const auto chunk = writer.copy();
  std::vector<Point> out;
  const Status cut = decode(chunk->bits.substr(0, 60), chunk->count, 0, INT64_MAX, out);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code, Code::corrupt);
}

TEST(Crc32c, GivesTheValueOfTheStandard) {
  EXPECT_EQ(crc32c("123456789"), 0xE3069283U);
}

}  // namespace
}  // namespace vigie::tsdb
