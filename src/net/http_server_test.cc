#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>

#include "net/gzip.h"
#include "net/net.h"
#include "net/testing/loopback.h"

namespace vigie::net {
namespace {

struct Gate {
  std::shared_ptr<Completion<bool>> opened = std::make_shared<Completion<bool>>();
  size_t waiting = 0;
  size_t cancelled = 0;
};

/// A server whose handler tells what it saw; "/wait" waits for the gate.
class HttpServerTest : public ::testing::Test {
 protected:
  HttpServerTest() { limits_.http = {.head_bytes_max = 4096, .body_bytes_max = 1 << 20}; }
  ~HttpServerTest() override {
    gate_.opened->complete(true);
    if (server_) { net_.run(server_->stop(net_.in(5s))); }
  }

  void start() {
    server_.emplace(net_.loop, limits_,
                    [this](HttpRequest request) { return handle(std::move(request)); });
    port_ = *server_->listen("127.0.0.1:0");
  }

  Task<HttpReply> handle(HttpRequest request) {
    if (request.path == "/wait") {
      ++gate_.waiting;
      Status open = co_await wait_for_gate();
      if (!open) {
        ++gate_.cancelled;
        co_return text_reply(500, "cancelled");
      }
    }
    if (request.path == "/large") { co_return text_reply(200, std::string(100'000, 'a')); }
    if (request.path == "/huge") { co_return text_reply(200, std::string(64 << 20, 'a'), "x/y"); }
    if (request.path == "/inject") {
      HttpReply reply = text_reply(200, "x");
      reply.headers.add("X-A", "b\r\nX-Evil: 1");
      co_return reply;
    }
    std::string out =
        fmt::format("{} {} {} {}", request.method, request.path, request.param("q"), request.body);
    if (request.peer_uid) { out += fmt::format(" uid={}", *request.peer_uid); }
    co_return text_reply(200, out);
  }

  Task<Status> wait_for_gate() {
    while (!gate_.opened->completed()) {
      Status slept = co_await net_.loop.sleep_until(net_.in(1ms));
      VIGIE_CO_CHECK(std::move(slept));
    }
    co_return ok();
  }

  std::string talk(std::string bytes) { return net_.talk(port_, std::move(bytes)); }
  static int status_of(const std::string& reply) {
    return reply.size() > 12 ? std::stoi(reply.substr(9, 3)) : 0;
  }
  static std::string body_of(const std::string& reply) {
    return reply.substr(reply.find("\r\n\r\n") + 4);
  }

  Loopback net_;
  Gate gate_;
  ServerLimits limits_;
  std::optional<HttpServer> server_;
  uint16_t port_ = 0;
};

TEST_F(HttpServerTest, AnswersInOrderOnOneConnection) {
  start();
  const std::string reply = talk(
      "GET /a%20b?q=1+2 HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /c HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\r\n"
      "PUT /d HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;ext=1\r\nde\r\n0\r\n\r\n");
  const size_t first = reply.find("GET /a b 1 2 ");
  const size_t second = reply.find("POST /c  hi");
  const size_t third = reply.find("PUT /d  abcde");
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
  ASSERT_NE(third, std::string::npos) << reply;
  EXPECT_EQ(server_->telemetry().requests, 3u);
}

TEST_F(HttpServerTest, AnswersManyPipelinedRequests) {
  start();
  std::string bytes;
  for (int i = 0; i < 2000; ++i) { bytes += "GET / HTTP/1.1\r\nHost: x\r\n\r\n"; }
  bytes += "GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
  EXPECT_NE(talk(bytes).find("GET /last"), std::string::npos);
  EXPECT_EQ(server_->telemetry().requests, 2001u);
}

TEST_F(HttpServerTest, HeadSendsNoBody) {
  start();
  const std::string reply = talk("HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_NE(reply.find("Content-Length: 9\r\n"), std::string::npos);
  EXPECT_EQ(body_of(reply), "");
}

TEST_F(HttpServerTest, SpeaksHttp10) {
  start();
  const std::string reply = talk("GET /x HTTP/1.0\r\n\r\n");
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_NE(reply.find("Connection: close"), std::string::npos);
}

TEST_F(HttpServerTest, SaysContinueWhenAsked) {
  start();
  // The body comes with the head here, so that nothing needs to be said first.
  const std::string reply = talk(
      "POST / HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
      "Content-Length: 2\r\n\r\nhi");
  EXPECT_EQ(status_of(reply), 200);
  const std::string other =
      talk("POST / HTTP/1.1\r\nHost: x\r\nExpect: tea\r\nContent-Length: 2\r\n\r\nhi");
  EXPECT_EQ(status_of(other), 417);
}

Task<std::string> post_expecting(Loop& loop, uint16_t port, MonoTime deadline) {
  auto stream = co_await connect(loop, fmt::format("127.0.0.1:{}", port), deadline);
  Status sent = co_await (*stream)->write(
      "POST /x HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nConnection: close\r\n"
      "Content-Length: 2\r\n\r\n",
      deadline);
  Result<std::string> interim = co_await (*stream)->read_until("\r\n\r\n", 1000, deadline);
  if (!interim || *interim != "HTTP/1.1 100 Continue\r\n\r\n") { co_return "no interim answer"; }
  Status body = co_await (*stream)->write("hi", deadline);
  Result<std::string> head = co_await (*stream)->read_until("\r\n\r\n", 1000, deadline);
  Result<std::string> rest = co_await (*stream)->read_some(1000, deadline);
  co_return sent&& body&& head&& rest ? *rest : "failed";
}

TEST_F(HttpServerTest, ContinuesBeforeTheBody) {
  start();
  EXPECT_EQ(net_.run(post_expecting(net_.loop, port_, net_.in(10s))), "POST /x  hi");
}

TEST_F(HttpServerTest, RefusesWhatIsWrong) {
  start();
  const std::pair<const char*, int> cases[] = {
      {"nonsense\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},                        // No Host.
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400},  // Two.
      {"GET x HTTP/1.1\r\nHost: a\r\n\r\n", 400},             // Not a path.
      {"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 400},
      {"GET / HTTP/1.2\r\nHost: a\r\n\r\n", 400},
      {"BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 2000000\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nq\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc", 400},
  };
  for (const auto& [bytes, status] : cases) { EXPECT_EQ(status_of(talk(bytes)), status) << bytes; }
  const std::string head = "GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(5000, 'x') + "\r\n\r\n";
  EXPECT_EQ(status_of(talk(head)), 431);
  EXPECT_EQ(server_->telemetry().connections, 0u);
  EXPECT_EQ(server_->telemetry().in_flight, 0u);
}

TEST_F(HttpServerTest, StopsAGzipBomb) {
  start();
  const std::string bomb = gzip_compress(std::string(100'000'000, 'a'), 9);
  const std::string reply =
      talk(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
                       "Content-Length: {}\r\n\r\n{}",
                       bomb.size(), bomb));
  EXPECT_EQ(status_of(reply), 413);
}

TEST_F(HttpServerTest, TakesCompressedBodiesAndGivesCompressedAnswers) {
  start();
  const std::string body = gzip_compress("hello", 6);
  EXPECT_EQ(body_of(talk(fmt::format("POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: gzip\r\n"
                                     "Connection: close\r\nContent-Length: {}\r\n\r\n{}",
                                     body.size(), body))),
            "POST /  hello");
  const std::string large = talk(
      "GET /large HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\nConnection: close\r\n\r\n");
  EXPECT_NE(large.find("Content-Encoding: gzip"), std::string::npos);
  EXPECT_LT(large.size(), 2000u);
  const std::string plain = talk(
      "GET /large HTTP/1.1\r\nHost: a\r\nAccept-Encoding: gzip;q=0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(body_of(plain).size(), 100'000u);
  EXPECT_NE(plain.find("Vary: Accept-Encoding"), std::string::npos);
}

TEST_F(HttpServerTest, LetsNoHandlerAddHeadersByAccident) {
  start();
  const std::string reply = talk("GET /inject HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(status_of(reply), 200);
  EXPECT_EQ(reply.find("X-Evil"), std::string::npos);
}

TEST_F(HttpServerTest, CutsSlowSenders) {
  limits_.head_wait_max = 50ms;
  limits_.body_wait_max = 50ms;
  start();
  EXPECT_EQ(talk(""), "");  // Nothing at all: closed without a word.
  EXPECT_EQ(status_of(talk("GET / HTT")), 408);
  EXPECT_EQ(status_of(talk("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nslow")), 408);
  EXPECT_EQ(server_->telemetry().cut, 2u);
}

TEST_F(HttpServerTest, ClosesIdleConnections) {
  limits_.idle_wait_max = 50ms;
  start();
  EXPECT_EQ(status_of(talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n")), 200);
}

Task<bool> ask_and_never_read(Loopback& net, uint16_t port, HttpServer* server) {
  auto stream = co_await connect(net.loop, fmt::format("127.0.0.1:{}", port), net.in(10s));
  Status sent = co_await (*stream)->write("GET /huge HTTP/1.1\r\nHost: a\r\n\r\n", net.in(10s));
  while (sent && server->telemetry().cut == 0) {
    sent = co_await net.loop.sleep_until(net.in(5ms));
  }
  co_return sent && server->telemetry().cut == 1;
}

TEST_F(HttpServerTest, CutsClientsThatDoNotRead) {
  limits_.write_wait_max = 100ms;
  start();
  EXPECT_TRUE(net_.run(ask_and_never_read(net_, port_, &*server_)));
}

TEST_F(HttpServerTest, Answers503OverItsLimits) {
  limits_.requests_in_flight_max = 2;
  limits_.connections_max = 4;
  start();
  const auto hold = [](Loopback& net, uint16_t port, int* done) -> Task<void> {
    auto stream = co_await connect(net.loop, fmt::format("127.0.0.1:{}", port), net.in(10s));
    Status sent = co_await (*stream)->write(
        "GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", net.in(10s));
    Result<std::string> got = co_await (*stream)->read_until("\r\n", 100, net.in(10s));
    *done += sent && got && got->starts_with("HTTP/1.1 200") ? 1 : 100;
  };
  int done = 0;
  net_.tasks.spawn(hold(net_, port_, &done));
  net_.tasks.spawn(hold(net_, port_, &done));
  ASSERT_TRUE(net_.loop.run_until([&] { return gate_.waiting == 2; }, net_.in(10s)));
  const std::string busy = talk("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_EQ(status_of(busy), 503);
  EXPECT_NE(busy.find("Retry-After: 1"), std::string::npos);
  gate_.opened->complete(true);
  ASSERT_TRUE(
      net_.loop.run_until([&] { return done != 0 && net_.tasks.size() == 0; }, net_.in(10s)));
  EXPECT_EQ(done, 2);
}

TEST_F(HttpServerTest, Answers503OverItsConnections) {
  limits_.connections_max = 1;
  start();
  auto first = net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
  ASSERT_TRUE(first);
  ASSERT_TRUE(
      net_.loop.run_until([&] { return server_->telemetry().connections == 1; }, net_.in(10s)));
  EXPECT_EQ(status_of(talk("")), 503);
  EXPECT_EQ(server_->telemetry().refused, 1u);
}

TEST_F(HttpServerTest, StopFinishesWhatIsInFlight) {
  start();
  auto idle = net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
  HttpClient client(net_.loop);
  std::optional<Result<HttpReply>> reply;
  const auto ask = [](HttpClient* asker, std::string url, MonoTime deadline,
                      std::optional<Result<HttpReply>>* out) -> Task<void> {
    HttpRequest request{.url = url};
    HttpOptions options;
    Result<HttpReply> got =
        co_await asker->exchange(std::move(request), std::move(options), deadline);
    out->emplace(std::move(got));
  };
  net_.tasks.spawn(
      ask(&client, fmt::format("http://127.0.0.1:{}/wait", port_), net_.in(10s), &reply));
  ASSERT_TRUE(net_.loop.run_until([&] { return gate_.waiting == 1; }, net_.in(10s)));
  net_.tasks.spawn(server_->stop(net_.in(10s)));
  ASSERT_TRUE(
      net_.loop.run_until([&] { return server_->telemetry().connections == 1; }, net_.in(10s)));
  const auto refused =
      net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
  EXPECT_FALSE(refused);
  gate_.opened->complete(true);
  ASSERT_TRUE(net_.loop.run_until([&] { return net_.tasks.size() == 0; }, net_.in(10s)));
  ASSERT_TRUE(reply && *reply);
  EXPECT_EQ((*reply)->status, 200);
  EXPECT_EQ((*reply)->headers.get("Connection"), "close");
  EXPECT_EQ(gate_.cancelled, 0u);
}

TEST_F(HttpServerTest, StopCancelsAtItsDeadline) {
  start();
  auto stream = net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
  ASSERT_TRUE(net_.run((*stream)->write("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", net_.in(10s))));
  ASSERT_TRUE(net_.loop.run_until([&] { return gate_.waiting == 1; }, net_.in(10s)));
  net_.run(server_->stop(net_.in(20ms)));
  EXPECT_EQ(gate_.cancelled, 1u);
  EXPECT_EQ(server_->telemetry().connections, 0u);
}

TEST_F(HttpServerTest, DestructionClosesEverything) {
  start();
  auto stream = net_.run(connect(net_.loop, fmt::format("127.0.0.1:{}", port_), net_.in(10s)));
  ASSERT_TRUE(net_.run((*stream)->write("GET /wait HTTP/1.1\r\nHost: a\r\n\r\n", net_.in(10s))));
  ASSERT_TRUE(net_.loop.run_until([&] { return gate_.waiting == 1; }, net_.in(10s)));
  server_.reset();
  EXPECT_EQ(gate_.cancelled, 1u);
}

class UnixServerTest : public HttpServerTest {
 protected:
  UnixServerTest() : path_(fmt::format("{}/vigie-{}.sock", ::testing::TempDir(), ::getpid())) {}
  ~UnixServerTest() override { ::unlink(path_.c_str()); }
  const std::string path_;
};

TEST_F(UnixServerTest, KnowsWhoAsks) {
  start();
  ASSERT_TRUE(server_->listen_unix(path_));
  EXPECT_EQ(std::filesystem::status(path_).permissions(), std::filesystem::perms(0600));
  HttpClient client(net_.loop);
  const HttpReply reply = net_.must_get(client, "unix:" + path_ + ":/who?q=me");
  EXPECT_EQ(reply.body, fmt::format("GET /who me  uid={}", ::getuid()));
  net_.run(server_->stop(net_.in(5s)));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(UnixServerTest, ReplacesADeadSocketButNotALiveOne) {
  start();
  ASSERT_TRUE(server_->listen_unix(path_));
  HttpServer second(net_.loop, {}, [this](HttpRequest r) { return handle(std::move(r)); });
  const Status taken = second.listen_unix(path_);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::conflict);
  // What a killed program leaves behind: the name without anybody who listens.
  const std::string left = path_ + ".left";
  std::filesystem::rename(path_, left);
  net_.run(server_->stop(net_.in(5s)));
  EXPECT_TRUE(std::filesystem::exists(left));
  EXPECT_TRUE(second.listen_unix(left));
}

TEST_F(HttpServerTest, SaysWhyItCannotListen) {
  start();
  HttpServer second(net_.loop, {}, [this](HttpRequest r) { return handle(std::move(r)); });
  const auto taken = second.listen(fmt::format("127.0.0.1:{}", port_));
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Code::conflict);
  for (const char* address : {"", "nowhere", "db.example:80", "127.0.0.1:x", "[::1:80"}) {
    EXPECT_FALSE(second.listen(address)) << address;
  }
}

}  // namespace
}  // namespace vigie::net
