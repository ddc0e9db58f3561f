#include "net/event_stream.h"

#include <gtest/gtest.h>

#include "net/testing/loopback.h"

namespace vigie::net {
namespace {

TEST(EventEncoding, SplitsLinesAndRefusesInjection) {
  EXPECT_EQ(*encode_event("7", "page", "a\nb\r\nc"),
            "id: 7\nevent: page\ndata: a\ndata: b\ndata: c\n\n");
  EXPECT_EQ(*encode_event("", "", ""), "data: \n\n");
  EXPECT_FALSE(encode_event("7\ndata: x", "", ""));
  EXPECT_FALSE(encode_event("", "a\r", ""));
}

class EventStreamTest : public ::testing::Test {
 protected:
  EventStreamTest() {
    server_.stream(
        "/events",
        [](const HttpRequest& request) -> std::optional<HttpReply> {
          if (request.param("key") == "right") { return std::nullopt; }
          return text_reply(401, "who are you?");
        },
        [this](HttpRequest request, std::shared_ptr<EventStream> stream) {
          last_id_ = request.headers.get("Last-Event-ID");
          stream_ = std::move(stream);
        });
    port_ = *server_.listen("127.0.0.1:0");
  }
  ~EventStreamTest() override { net_.run(server_.stop(net_.in(5s))); }

  static Task<HttpReply> refuse(HttpRequest) { co_return text_reply(404, "no"); }

  std::unique_ptr<Stream> subscribe() {
    auto client = net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
    EXPECT_TRUE(net_.run((*client)->write(
        "GET /events?key=right HTTP/1.1\r\nHost: a\r\nLast-Event-ID: 41\r\n\r\n", net_.in(10s))));
    EXPECT_TRUE(net_.loop.run_until([&] { return stream_ != nullptr; }, net_.in(10s)));
    const auto head = net_.run((*client)->read_until("\r\n\r\n", 4096, net_.in(10s)));
    EXPECT_TRUE(head && head->starts_with("HTTP/1.1 200"));
    return *std::move(client);
  }
  bool soon(const std::function<bool()>& done) { return net_.loop.run_until(done, net_.in(10s)); }

  Loopback net_;
  HttpServer server_{net_.loop, {}, refuse};
  std::shared_ptr<EventStream> stream_;
  std::string last_id_;
  uint16_t port_ = 0;
};

TEST_F(EventStreamTest, SendsEventsAsTheyHappen) {
  const auto client = subscribe();
  EXPECT_EQ(last_id_, "41");
  EXPECT_TRUE(stream_->send("42", "alert", "DbDown"));
  EXPECT_TRUE(stream_->comment("still here"));
  const auto got = net_.run(client->read_until("here\n\n", 4096, net_.in(10s)));
  ASSERT_TRUE(got);
  EXPECT_EQ(*got, "id: 42\nevent: alert\ndata: DbDown\n\n: still here\n\n");
  EXPECT_EQ(server_.telemetry().in_flight, 0u);
  stream_->close();
  const auto end = net_.run(client->read_some(100, net_.in(10s)));
  EXPECT_TRUE(end && end->empty());
  EXPECT_FALSE(stream_->open());
}

TEST_F(EventStreamTest, GuardAnswersInstead) {
  EXPECT_NE(net_.talk(port_, "GET /events HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                .find("HTTP/1.1 401"),
            std::string::npos);
  EXPECT_EQ(stream_, nullptr);
}

TEST_F(EventStreamTest, NoticesThatTheClientLeft) {
  auto client = subscribe();
  client->close();
  EXPECT_TRUE(soon([&] { return !stream_->open(); }));
  const Status sent = stream_->send("", "", "x");
  ASSERT_FALSE(sent);
  EXPECT_EQ(sent.error().code, Code::cancelled);
  EXPECT_TRUE(soon([&] { return server_.telemetry().connections == 0; }));
}

TEST_F(EventStreamTest, CutsAClientThatDoesNotRead) {
  const auto client = subscribe();
  const std::string large(64 << 10, 'x');
  Code code = Code::bug;
  // The kernel takes some megabytes first.
  for (int i = 0; i < 10'000 && code == Code::bug; ++i) {
    const Status sent = stream_->send("", "", large);
    if (!sent) { code = sent.error().code; }
    net_.loop.run_ready();
  }
  EXPECT_EQ(code, Code::exhausted);
  EXPECT_FALSE(stream_->open());
  EXPECT_TRUE(soon([&] { return server_.telemetry().connections == 0; }));
  EXPECT_EQ(server_.telemetry().cut, 1u);
}

TEST_F(EventStreamTest, ClosesWhenTheRoomLetsGo) {
  const auto client = subscribe();
  EXPECT_TRUE(stream_->send("", "", "last words"));
  stream_.reset();
  const auto got = net_.run(client->read_until("words\n\n", 4096, net_.in(10s)));
  EXPECT_TRUE(got);
  EXPECT_TRUE(soon([&] { return server_.telemetry().connections <= 1; }));
  client->close();
  EXPECT_TRUE(soon([&] { return server_.telemetry().connections == 0; }));
}

TEST_F(EventStreamTest, StopEndsStreams) {
  const auto client = subscribe();
  net_.run(server_.stop(net_.in(5s)));
  EXPECT_FALSE(stream_->open());
}

}  // namespace
}  // namespace vigie::net
