#include "net/wire.h"

#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/text.h"

namespace vigie::net {
namespace {

constexpr HttpLimits kSmall{.head_bytes_max = 1024, .body_bytes_max = 4096};

/// Feeds in pieces of `step` bytes, as a network might.
WireFault feed(WireParser& parser, std::string_view bytes, size_t step) {
  std::string waiting;
  for (size_t at = 0; at < bytes.size(); at += step) {
    waiting += bytes.substr(at, step);
    while (true) {
      const size_t used = parser.put(waiting);
      waiting.erase(0, used);
      if (used == 0 || waiting.empty()) { break; }
    }
    if (parser.fault() != WireFault::none) { break; }
  }
  return parser.fault();
}

std::string chunked(std::string_view body) {
  return fmt::format("{:x}\r\n{}\r\n0\r\nX-Late: smuggled\r\n\r\n", body.size(), body);
}

TEST(Wire, ReadsRequestsInAnyPieces) {
  const std::string bytes =
      "POST /a?b=c HTTP/1.1\r\nHost: db\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked("hello");
  for (size_t step = 1; step <= bytes.size(); ++step) {
    WireParser parser(WireParser::Kind::request, kSmall);
    ASSERT_EQ(feed(parser, bytes, step), WireFault::none) << step;
    ASSERT_TRUE(parser.done()) << step;
    EXPECT_EQ(parser.head().method, "POST");
    EXPECT_EQ(parser.head().target, "/a?b=c");
    EXPECT_EQ(parser.take_body(), "hello");
    EXPECT_FALSE(parser.head().headers.has("X-Late"));
  }
}

TEST(Wire, ReadsABodyOfNoChunksInAnyPieces) {
  const std::string bytes =
      "POST / HTTP/1.1\r\nHost: db\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
  for (size_t step = 1; step <= bytes.size(); ++step) {
    WireParser parser(WireParser::Kind::request, kSmall);
    ASSERT_EQ(feed(parser, bytes, step), WireFault::none) << step;
    ASSERT_TRUE(parser.done()) << step;
    EXPECT_EQ(parser.take_body(), "");
  }
}

TEST(Wire, DecompressesWithinTheLimit) {
  const std::string body = gzip_compress(std::string(4096, 'a'), 9);
  WireParser good(WireParser::Kind::request, kSmall);
  EXPECT_EQ(feed(good,
                 fmt::format("POST / HTTP/1.1\r\nHost: db\r\nContent-Encoding: gzip\r\n"
                             "Content-Length: {}\r\n\r\n{}",
                             body.size(), body),
                 7),
            WireFault::none);
  EXPECT_EQ(good.take_body(), std::string(4096, 'a'));
  EXPECT_FALSE(good.head().headers.has("Content-Encoding"));

  const std::string bomb = gzip_compress(std::string(50'000'000, 'a'), 9);
  WireParser bad(WireParser::Kind::request, {.head_bytes_max = 1024, .body_bytes_max = 1 << 20});
  EXPECT_EQ(feed(bad,
                 fmt::format("POST / HTTP/1.1\r\nHost: db\r\nContent-Encoding: gzip\r\n"
                             "Content-Length: {}\r\n\r\n{}",
                             bomb.size(), bomb),
                 4096),
            WireFault::body_limit);
}

TEST(Wire, NoticesBrokenCompression) {
  for (const std::string& body :
       {std::string("garbage"), gzip_compress("cut short", 6).substr(0, 12)}) {
    WireParser parser(WireParser::Kind::request, kSmall);
    EXPECT_EQ(feed(parser,
                   fmt::format("POST / HTTP/1.1\r\nHost: db\r\nContent-Encoding: gzip\r\n"
                               "Content-Length: {}\r\n\r\n{}",
                               body.size(), body),
                   100),
              WireFault::encoding);
  }
}

TEST(Wire, LeavesSnappyAlone) {
  WireParser parser(WireParser::Kind::request, kSmall);
  EXPECT_EQ(feed(parser,
                 "POST / HTTP/1.1\r\nHost: db\r\nContent-Encoding: snappy\r\n"
                 "Content-Length: 3\r\n\r\nabc",
                 100),
            WireFault::none);
  EXPECT_EQ(parser.take_body(), "abc");
  EXPECT_EQ(parser.head().headers.get("Content-Encoding"), "snappy");
}

TEST(Wire, RefusesWhatIsNotHttp) {
  for (const char* bytes : {
           "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
           "GET / HTTP/1.1\nHost: db\n\n",
           "GET /a b HTTP/1.1\r\n\r\n",
           "GET / HTTP/1.1\r\nBad Name: x\r\n\r\n",
           "GET / HTTP/1.1\r\nName : x\r\n\r\n",
           "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
           "GET / HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
           "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
           "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n",
           "GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "GET / FTP/1.1\r\n\r\n",
       }) {
    WireParser parser(WireParser::Kind::request, kSmall);
    EXPECT_EQ(feed(parser, bytes, 1000), WireFault::grammar) << bytes;
  }
}

TEST(Wire, BoundsHeadsBodiesAndChunkExtensions) {
  WireParser head(WireParser::Kind::request, kSmall);
  EXPECT_EQ(feed(head, "GET / HTTP/1.1\r\nX: " + std::string(2000, 'x'), 100),
            WireFault::head_limit);
  WireParser body(WireParser::Kind::request, kSmall);
  EXPECT_EQ(feed(body, "POST / HTTP/1.1\r\nContent-Length: 4097\r\n\r\n", 100),
            WireFault::body_limit);
  WireParser chunks(WireParser::Kind::request, kSmall);
  std::string many = "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (int i = 0; i < 5; ++i) { many += "400\r\n" + std::string(1024, 'x') + "\r\n"; }
  EXPECT_EQ(feed(chunks, many, 100), WireFault::body_limit);
  WireParser extension(WireParser::Kind::request, kSmall);
  EXPECT_EQ(
      feed(extension,
           "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;" + std::string(3000, 'x'), 100),
      WireFault::grammar);
}

TEST(Wire, RepliesMayEndWithTheConnection) {
  WireParser parser(WireParser::Kind::reply, kSmall);
  EXPECT_EQ(feed(parser, "HTTP/1.0 200 OK\r\n\r\nold", 4), WireFault::none);
  EXPECT_FALSE(parser.done());
  parser.put_eof();
  EXPECT_TRUE(parser.done());
  EXPECT_FALSE(parser.keep_alive());
  EXPECT_EQ(parser.take_body(), "old");

  WireParser cut(WireParser::Kind::reply, kSmall);
  EXPECT_EQ(feed(cut, "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabc", 4), WireFault::none);
  cut.put_eof();
  EXPECT_EQ(cut.fault(), WireFault::partial);
}

TEST(Gzip, ReadsSeveralMembersAndBothDeflates) {
  std::string out;
  Inflater two;
  const std::string both = gzip_compress("one ", 6) + gzip_compress("two", 6);
  for (const char c : both) { ASSERT_TRUE(two.add({&c, 1}, out, 100)); }
  EXPECT_TRUE(two.complete());
  EXPECT_EQ(out, "one two");

  // Raw deflate of "hi": gzip without its 10 bytes of head and 8 of tail.
  const std::string gzip = gzip_compress("hi", 6);
  out.clear();
  Inflater raw;
  ASSERT_TRUE(raw.add(gzip.substr(10, gzip.size() - 18), out, 100));
  EXPECT_EQ(out, "hi");
  EXPECT_TRUE(raw.complete());
}

TEST(HttpDate, IsTheFixedForm) {
  EXPECT_EQ(http_date(wall_from_millis(784'111'777'000)), "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(Text, Base64AndLists) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("foob"), "Zm9vYg==");
  EXPECT_TRUE(list_has("keep-alive, Upgrade", "upgrade"));
  EXPECT_FALSE(list_has("keep-alive-not", "keep-alive"));
}

}  // namespace
}  // namespace vigie::net
