#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/descriptor.h"
#include "net/net.h"
#include "net/testing/certificates.h"
#include "net/testing/loopback.h"

namespace vigie::net {
namespace {

Task<HttpReply> hello(HttpRequest) {
  co_return text_reply(200, "hello");
}

class StreamTest : public ::testing::Test {
 protected:
  ~StreamTest() override { net_.run(server_.stop(net_.in(5s))); }
  Loopback net_;
  HttpServer server_{net_.loop, {}, hello};
};

TEST_F(StreamTest, ReadsByPiecesAndByLines) {
  const uint16_t port = *server_.listen("127.0.0.1:0");
  auto stream = *net_.run(connect(net_.loop, fmt::format("localhost:{}", port), net_.in(10s)));
  EXPECT_EQ(stream->peer_address(), fmt::format("127.0.0.1:{}", port));
  EXPECT_TRUE(net_.run(stream->write("GET / HTTP/1.0\r\n\r\n", net_.in(10s))));
  EXPECT_EQ(*net_.run(stream->read_until("\r\n", 100, net_.in(10s))), "HTTP/1.1 200 OK\r\n");
  EXPECT_EQ(*net_.run(stream->read_some(7, net_.in(10s))), "Content");
  EXPECT_TRUE(net_.run(stream->read_until("\r\n\r\n", 1000, net_.in(10s))));
  EXPECT_EQ(*net_.run(stream->read_some(100, net_.in(10s))), "hello");
  EXPECT_EQ(*net_.run(stream->read_some(100, net_.in(10s))), "");
  EXPECT_EQ(net_.run(stream->read_until("\n", 10, net_.in(10s))).error().code, Code::unavailable);
}

TEST_F(StreamTest, BoundsWhatHasNoEndAndHowLongItWaits) {
  const uint16_t port = *server_.listen("127.0.0.1:0");
  auto stream = *net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port), net_.in(10s)));
  EXPECT_EQ(net_.run(stream->read_some(10, net_.in(10ms))).error().code, Code::timeout);
  EXPECT_TRUE(net_.run(stream->write("GET / HTTP/1.0\r\n\r\n", net_.in(10s))));
  EXPECT_EQ(net_.run(stream->read_until("never", 20, net_.in(10s))).error().code, Code::exhausted);
}

TEST_F(StreamTest, ContinuesAsTls) {
  TestAuthority authority;
  const auto files = authority.issue("DNS:mail.example", Seconds{3600});
  const TlsSettings tls{.cert_file = files.cert_file, .key_file = files.key_file};
  const uint16_t port = *server_.listen("127.0.0.1:0", &tls);
  auto stream = *net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port), net_.in(10s)));
  const TlsSettings trust{.ca_file = authority.ca_file()};
  EXPECT_TRUE(net_.run(stream->start_tls(trust, "mail.example", net_.in(10s))));
  EXPECT_EQ(stream->tls_version(), "TLSv1.3");
  EXPECT_TRUE(stream->certificate_expiry());
  EXPECT_TRUE(net_.run(stream->write("GET / HTTP/1.0\r\n\r\n", net_.in(10s))));
  EXPECT_TRUE(net_.run(stream->read_until("hello", 1000, net_.in(10s))));
  auto other = *net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port), net_.in(10s)));
  const Status wrong = net_.run(other->start_tls(trust, "db.example", net_.in(10s)));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Code::denied);
}

TEST_F(StreamTest, SaysWhereItCannotGo) {
  for (const char* address : {"nowhere", "db.example", "127.0.0.1:", "[::1]"}) {
    EXPECT_EQ(net_.run(connect(net_.loop, address, net_.in(10s))).error().code, Code::invalid)
        << address;
  }
  EXPECT_EQ(net_.run(connect(net_.loop, "unix:/nowhere/x", net_.in(10s))).error().code,
            Code::unavailable);
}

TEST(Resolve, FindsNamesAndFigures) {
  Loopback net;
  const auto names = net.run(resolve(net.loop, "localhost", net.in(10s)));
  ASSERT_TRUE(names);
  EXPECT_EQ(names->front(), "127.0.0.1");
  EXPECT_EQ(*net.run(resolve(net.loop, "::1", net.in(10s))), std::vector<std::string>{"::1"});
  EXPECT_EQ(net.run(resolve(net.loop, "no-such-host.invalid", net.in(10s))).error().code,
            Code::unavailable);
}

Task<void> echo_once(Loop& loop, int fd, MonoTime deadline) {
  Descriptor socket(loop, fd);
  Status ready = co_await socket.readable(deadline);
  char bytes[100];
  sockaddr_in from{};
  socklen_t size = sizeof from;
  const ssize_t got =
      ::recvfrom(fd, bytes, sizeof bytes, 0, reinterpret_cast<sockaddr*>(&from), &size);
  if (ready && got > 0) {
    ::sendto(fd, bytes, static_cast<size_t>(got), 0, reinterpret_cast<sockaddr*>(&from), size);
  }
}

TEST(Udp, ExchangesOneDatagram) {
  Loopback net;
  const int fd = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof at;
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&at), size), 0);
  ASSERT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&at), &size), 0);
  const std::string address = fmt::format("127.0.0.1:{}", ntohs(at.sin_port));
  net.tasks.spawn(echo_once(net.loop, fd, net.in(10s)));
  EXPECT_EQ(*net.run(exchange_udp(net.loop, address, "are you there?", net.in(10s))),
            "are you there?");
  // Nobody is there any more: the kernel says so at once.
  EXPECT_EQ(net.run(exchange_udp(net.loop, address, "x", net.in(10s))).error().code,
            Code::unavailable);
}

TEST(Ping, MeasuresOrSaysThatItMayNot) {
  Loopback net;
  const auto trip = net.run(ping(net.loop, "127.0.0.1", net.in(10s)));
  if (trip) {
    EXPECT_GT(*trip, 0ns);
  } else {
    EXPECT_EQ(trip.error().code, Code::denied);
  }
}

}  // namespace
}  // namespace vigie::net
