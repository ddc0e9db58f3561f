#include "collect/dns_message.h"

#include <gtest/gtest.h>

namespace vigie::collect {
namespace {

std::string bytes(std::initializer_list<int> values) {
  std::string out;
  for (const int value : values) { out += static_cast<char>(value); }
  return out;
}

/// An answer to `query` with one record whose name points to the question.
std::string answer_with(const std::string& query, uint16_t type, const std::string& data,
                        int rcode = 0) {
  std::string out = query;
  out[2] = static_cast<char>(0x81);
  out[3] = static_cast<char>(0x80 | rcode);
  out[7] = 1;
  out += bytes({0xC0, 12, type >> 8, type & 0xff, 0, 1, 0, 0, 1, 44});
  out += bytes({static_cast<int>(data.size() >> 8), static_cast<int>(data.size() & 0xff)});
  return out + data;
}

TEST(DnsMessage, WritesAQuestion) {
  EXPECT_EQ(*encode_dns_query(0x1234, "a.bc.", DnsType::MX),
            bytes({0x12, 0x34, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 'a', 2, 'b', 'c', 0, 0, 15, 0, 1}));
  EXPECT_FALSE(encode_dns_query(1, "a..b", DnsType::A));
  EXPECT_FALSE(encode_dns_query(1, std::string(64, 'a'), DnsType::A));
  EXPECT_FALSE(encode_dns_query(1, std::string(300, 'a'), DnsType::A));
}

TEST(DnsMessage, ReadsRecordsOfEachType) {
  const std::string query = *encode_dns_query(7, "example.org", DnsType::A);
  struct Case {
    DnsType type;
    std::string data, want;
  };
  const Case cases[] = {
      {DnsType::A, bytes({192, 0, 2, 1}), "192.0.2.1"},
      {DnsType::AAAA, bytes({0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}),
       "2001:db8::1"},
      {DnsType::MX, bytes({0, 10, 4, 'm', 'a', 'i', 'l', 0xC0, 12}), "10 mail.example.org."},
      {DnsType::TXT, bytes({2, 'h', 'i', 1, '!'}), "hi !"},
      {DnsType::CNAME, bytes({0xC0, 12}), "example.org."},
      {DnsType::SRV, bytes({0, 1, 0, 2, 0, 80, 0}), "1 2 80 ."},
      {DnsType::SOA, bytes({0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 5}),
       ". . 1 2 3 4 5"},
  };
  for (const Case& c : cases) {
    const auto answer = decode_dns(answer_with(query, static_cast<uint16_t>(c.type), c.data));
    ASSERT_TRUE(answer) << answer.error().what;
    EXPECT_EQ(answer->id, 7);
    ASSERT_EQ(answer->answers.size(), 1u);
    EXPECT_EQ(answer->answers[0].data, c.want);
    EXPECT_EQ(answer->answers[0].name, "example.org.");
    EXPECT_EQ(answer->answers[0].ttl, 300u);
  }
}

TEST(DnsMessage, SurvivesEveryCutAndEveryWrongByte) {
  const std::string whole = answer_with(*encode_dns_query(7, "example.org", DnsType::MX), 15,
                                        bytes({0, 10, 4, 'm', 'a', 'i', 'l', 0xC0, 12}));
  for (size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_dns(whole.substr(0, size))) << size;
  }
  for (size_t i = 0; i < whole.size(); ++i) {
    for (int value = 0; value < 256; ++value) {
      std::string wrong = whole;
      wrong[i] = static_cast<char>(value);
      static_cast<void>(decode_dns(wrong).has_value());
    }
  }
}

TEST(DnsMessage, PointersMayNotLoop) {
  std::string loop = bytes({0, 1, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0, 0xC0, 12, 0, 1, 0, 1});
  const auto answer = decode_dns(loop);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().what, "names point in a circle");
}

}  // namespace
}  // namespace vigie::collect
