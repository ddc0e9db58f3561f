#include "config/values.h"

#include <gtest/gtest.h>

#include <cmath>

namespace vigie::config {
namespace {

TEST(Bytes, ArePowersOf1024) {
  EXPECT_EQ(*parse_bytes("512"), 512);
  EXPECT_EQ(*parse_bytes("0"), 0);
  EXPECT_EQ(*parse_bytes("10B"), 10);
  EXPECT_EQ(*parse_bytes("64MiB"), 64 << 20);
  EXPECT_EQ(*parse_bytes("10MB"), 10 << 20);
  EXPECT_EQ(*parse_bytes("1.5 KiB"), 1536);
  EXPECT_EQ(*parse_bytes("2gib"), int64_t{2} << 30);
  for (const char* bad : {"", "MB", "-1", "1e3", "10 zib", "10mib/s", "0.1B", "99999999999PiB",
                          "nan", "inf", "+1", ".5", "1 "}) {
    EXPECT_FALSE(parse_bytes(bad).has_value()) << bad;
  }
}

TEST(Bytes, ReadBackAsWritten) {
  for (const int64_t bytes : {0L, 1L, 1000L, 1024L, 1536L, 64L << 20, 5L << 50}) {
    EXPECT_EQ(*parse_bytes(format_bytes(bytes)), bytes) << format_bytes(bytes);
  }
  EXPECT_EQ(format_bytes(64 << 20), "64MiB");
}

TEST(Numbers, AreWhole) {
  EXPECT_EQ(*parse_integer("-5"), -5);
  EXPECT_EQ(*parse_integer("+5"), 5);
  EXPECT_EQ(*parse_integer("0x1F"), 31);
  EXPECT_EQ(*parse_integer("9223372036854775807"), INT64_MAX);
  EXPECT_EQ(*parse_integer("-9223372036854775808"), INT64_MIN);
  for (const char* bad : {"", "-", "+", "0x", "5 ", "5.0", "--5", "+-5", "9223372036854775808",
                          "-9223372036854775809", "99999999999999999999999"}) {
    EXPECT_FALSE(parse_integer(bad).has_value()) << bad;
  }
}

TEST(Numbers, MayHaveAFraction) {
  EXPECT_EQ(*parse_number("0.25"), 0.25);
  EXPECT_EQ(*parse_number("1e3"), 1000);
  EXPECT_TRUE(std::isinf(*parse_number("-.inf")));
  EXPECT_TRUE(std::isnan(*parse_number(".NaN")));
  for (const char* bad : {"", "inf", "nan", "1,5", "0x10", "1e", "e5", "1e999"}) {
    EXPECT_FALSE(parse_number(bad).has_value()) << bad;
  }
}

TEST(Booleans, AreYamls) {
  EXPECT_TRUE(*parse_boolean("Yes"));
  EXPECT_TRUE(*parse_boolean("true"));
  EXPECT_FALSE(*parse_boolean("off"));
  EXPECT_FALSE(parse_boolean("1").has_value());
}

TEST(HostPorts, AreHostAndPort) {
  EXPECT_EQ(parse_host_port("127.0.0.1:9797")->text(), "127.0.0.1:9797");
  EXPECT_EQ(parse_host_port("[::1]:80")->host, "::1");
  EXPECT_EQ(parse_host_port("[::1]:80")->text(), "[::1]:80");
  EXPECT_EQ(parse_host_port(":9797")->host, "");
  EXPECT_EQ(parse_host_port("db:0")->port, 0);
  for (const char* bad : {"", "db", "db:", "db:x", "db:-1", "db:+1", "db:65536", "::1:80", "[db]:1",
                          "http://db:80", "a b:1", "[::1:80"}) {
    EXPECT_FALSE(parse_host_port(bad).has_value()) << bad;
  }
}

TEST(Urls, HaveASchemeAndAHost) {
  for (const char* good : {"https://example.org", "http://datajs:8080/health?x=1",
                           "unix:///run/x.sock", "kafka+ssl://k:9093"}) {
    EXPECT_TRUE(check_url(good).has_value()) << good;
  }
  for (const char* bad :
       {"", "example.org", "http://", "http:///x", "://x", "ht tp://x", "http://a b"}) {
    EXPECT_FALSE(check_url(bad).has_value()) << bad;
  }
}

TEST(Times, AreWallClock) {
  for (const char* good : {"2026-01-05 09:00", "2026-01-05T09:00:30", "2026-01-05",
                           "2026-01-05T09:00:30Z", "2026-01-05T09:00:30+02:00"}) {
    EXPECT_TRUE(check_time(good).has_value()) << good;
  }
  for (const char* bad : {"", "09:00", "2026-02-30 09:00", "2026-01-05 25:00", "next monday"}) {
    EXPECT_FALSE(check_time(bad).has_value()) << bad;
  }
}

}  // namespace
}  // namespace vigie::config
