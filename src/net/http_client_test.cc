#include <gtest/gtest.h>

#include "net/gzip.h"
#include "net/net.h"
#include "net/testing/certificates.h"
#include "net/testing/loopback.h"

namespace vigie::net {
namespace {

class HttpClientTest : public ::testing::Test {
 protected:
  ~HttpClientTest() override {
    for (auto* server : {&server_, &other_}) {
      if (*server) { net_.run((*server)->stop(net_.in(5s))); }
    }
  }

  void start(const TlsSettings* tls = nullptr) {
    server_.emplace(net_.loop, ServerLimits{},
                    [this](HttpRequest request) { return handle(std::move(request)); });
    port_ = *server_->listen("127.0.0.1:0", tls);
  }

  Task<HttpReply> handle(HttpRequest request) {
    peers_.push_back(request.peer);
    if (request.path == "/slow") {
      Status slept = co_await net_.loop.sleep_until(net_.in(20s));
      static_cast<void>(slept);
    }
    if (request.path == "/to") {
      HttpReply reply = text_reply(std::stoi(std::string(request.param("status"))), "");
      reply.headers.add("Location", std::string(request.param("where")));
      co_return reply;
    }
    if (request.path == "/large") { co_return text_reply(200, std::string(100'000, 'a')); }
    if (request.path == "/bomb") {
      HttpReply reply = text_reply(200, gzip_compress(std::string(60'000'000, 'a'), 9));
      reply.headers.add("Content-Encoding", "gzip");
      co_return reply;
    }
    std::string out = fmt::format("{} {} body={}", request.method, request.path, request.body);
    for (const char* name : {"Authorization", "X-Api-Key", "Cookie", "Accept"}) {
      if (request.headers.has(name)) {
        out += fmt::format(" {}={}", name, request.headers.get(name));
      }
    }
    co_return text_reply(200, out);
  }

  std::string at(std::string_view path) const {
    return fmt::format("http://127.0.0.1:{}{}", port_, path);
  }
  Code code_of(HttpRequest request, HttpOptions options = {}) {
    const Result<HttpReply> reply = net_.exchange(client_, std::move(request), std::move(options));
    return reply ? Code::bug : reply.error().code;
  }

  Loopback net_;
  HttpClient client_{net_.loop};
  std::optional<HttpServer> server_, other_;
  uint16_t port_ = 0;
  std::vector<std::string> peers_;
};

TEST_F(HttpClientTest, UsesAConnectionAgain) {
  start();
  EXPECT_EQ(net_.must_get(client_, at("/a")).body, "GET /a body= Accept=*/*");
  EXPECT_EQ(net_.must_get(client_, at("/b")).status, 200);
  ASSERT_EQ(peers_.size(), 2u);
  EXPECT_EQ(peers_[0], peers_[1]);
  HttpOptions once;
  once.keep_alive = false;
  net_.must_get(client_, at("/c"), once);
  EXPECT_NE(peers_[2], peers_[1]);
}

TEST_F(HttpClientTest, ReplacesAConnectionThatTheServerClosed) {
  start();
  net_.must_get(client_, at("/a"));
  const uint16_t port = port_;
  net_.run(server_->stop(net_.in(5s)));
  server_.emplace(net_.loop, ServerLimits{},
                  [this](HttpRequest request) { return handle(std::move(request)); });
  ASSERT_TRUE(server_->listen(fmt::format("127.0.0.1:{}", port)));
  EXPECT_EQ(net_.must_get(client_, at("/b")).status, 200);
}

TEST_F(HttpClientTest, SendsBodiesAndCredentials) {
  start();
  HttpRequest request{.method = "POST", .url = at("/x"), .body = "hello"};
  request.url.insert(7, "ana:s%40fe@");
  const Result<HttpReply> reply = net_.exchange(client_, request);
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->body, "POST /x body=hello Authorization=Basic YW5hOnNAZmU= Accept=*/*");
}

TEST_F(HttpClientTest, RefusesToSendHeadersThatAreNone) {
  start();
  HttpRequest request{.url = at("/x")};
  request.headers.add("X-A", "b\r\nX-Evil: 1");
  EXPECT_EQ(code_of(request), Code::invalid);
  EXPECT_EQ(code_of({.method = "GE T", .url = at("/")}), Code::invalid);
  EXPECT_EQ(code_of({.url = "nowhere"}), Code::invalid);
}

TEST_F(HttpClientTest, DecompressesAndBoundsAnswers) {
  start();
  EXPECT_EQ(net_.must_get(client_, at("/large")).body, std::string(100'000, 'a'));
  HttpOptions small;
  small.limits.body_bytes_max = 99'999;
  EXPECT_EQ(code_of({.url = at("/large")}, small), Code::exhausted);
  EXPECT_EQ(code_of({.url = at("/bomb")}), Code::exhausted);
  HttpOptions plain;
  plain.accept_gzip = false;
  EXPECT_EQ(net_.must_get(client_, at("/large"), plain).body.size(), 100'000u);
}

TEST_F(HttpClientTest, FollowsRedirectsAsBrowsersDo) {
  start();
  HttpRequest post{.method = "POST", .url = at("/to?status=302&where=/end"), .body = "b"};
  EXPECT_EQ(net_.exchange(client_, post)->body, "GET /end body= Accept=*/*");
  post.url = at("/to?status=307&where=end");
  EXPECT_EQ(net_.exchange(client_, post)->body, "POST /end body=b Accept=*/*");
  HttpOptions stay;
  stay.follow_redirects = false;
  EXPECT_EQ(net_.exchange(client_, post, stay)->status, 307);
}

TEST_F(HttpClientTest, GivesUpOnCircles) {
  start();
  other_.emplace(net_.loop, ServerLimits{}, [](HttpRequest) -> Task<HttpReply> {
    HttpReply reply = text_reply(302, "");
    reply.headers.add("Location", "/again");
    co_return reply;
  });
  const uint16_t port = *other_->listen("127.0.0.1:0");
  EXPECT_EQ(code_of({.url = fmt::format("http://127.0.0.1:{}/", port)}), Code::invalid);
  EXPECT_EQ(other_->telemetry().requests, 11u);
}

TEST_F(HttpClientTest, KeepsCredentialsAtHome) {
  start();
  other_.emplace(net_.loop, ServerLimits{},
                 [this](HttpRequest request) { return handle(std::move(request)); });
  const uint16_t elsewhere = *other_->listen("127.0.0.1:0");
  HttpRequest request;
  request.headers.add("Authorization", "Bearer secret");
  request.headers.add("X-Api-Key", "secret");
  request.headers.add("Cookie", "secret");
  request.headers.add("Accept", "text/plain");
  request.url = at("/to?status=302&where=/end");
  EXPECT_NE(net_.exchange(client_, request)->body.find("Bearer secret"), std::string::npos);
  request.url =
      at("/to?status=302&where=" + url_encode(fmt::format("http://127.0.0.1:{}/end", elsewhere)));
  EXPECT_EQ(net_.exchange(client_, request)->body, "GET /end body= Accept=text/plain");
  HttpRequest login{.url = request.url};
  login.url.insert(7, "ana:secret@");
  EXPECT_EQ(net_.exchange(client_, login)->body, "GET /end body= Accept=*/*");
}

TEST_F(HttpClientTest, EndsAtItsDeadlineAndOnCancel) {
  start();
  const auto late = net_.run(client_.exchange({.url = at("/slow")}, {}, net_.in(50ms)));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Code::timeout);

  const auto ask = [](HttpClient* client, std::string url, MonoTime deadline,
                      std::optional<Code>* out) -> Task<void> {
    HttpRequest request{.url = url};
    HttpOptions options;
    Result<HttpReply> got =
        co_await client->exchange(std::move(request), std::move(options), deadline);
    *out = got ? Code::bug : got.error().code;
  };
  std::optional<Code> code;
  TaskGroup group;
  group.spawn(ask(&client_, at("/slow"), net_.in(20s), &code));
  ASSERT_TRUE(net_.loop.run_until([&] { return peers_.size() == 2; }, net_.in(10s)));
  group.cancel();
  EXPECT_EQ(code, Code::cancelled);
  EXPECT_EQ(group.size(), 0u);
  net_.run(server_->stop(net_.in(1ms)));
}

TEST_F(HttpClientTest, SaysWhoIsNotThere) {
  start();
  net_.run(server_->stop(net_.in(5s)));
  EXPECT_EQ(code_of({.url = at("/")}), Code::unavailable);
  EXPECT_EQ(code_of({.url = "unix:/nowhere/at/all.sock:/"}), Code::unavailable);
  EXPECT_EQ(code_of({.url = "http://no-such-host.invalid/"}), Code::unavailable);
}

TEST_F(HttpClientTest, MeasuresPhases) {
  start();
  HttpPhases phases;
  const auto reply = net_.run(
      client_.exchange({.url = at("/to?status=302&where=/end")}, {}, net_.in(10s), &phases));
  ASSERT_TRUE(reply);
  EXPECT_GT(phases.connect, 0ns);
  EXPECT_GT(phases.first_byte, 0ns);
  EXPECT_EQ(phases.tls, 0ns);
  EXPECT_EQ(phases.redirects, 1);
  EXPECT_EQ(phases.final_url, at("/end"));
  EXPECT_EQ(phases.peer_address, fmt::format("127.0.0.1:{}", port_));
  EXPECT_FALSE(phases.certificate_expiry);
}

class TlsTest : public HttpClientTest {
 protected:
  void start_with(const TestAuthority::Files& files) {
    const TlsSettings tls{.cert_file = files.cert_file, .key_file = files.key_file};
    start(&tls);
    url_ = fmt::format("https://127.0.0.1:{}/x", port_);
  }
  HttpOptions trusting() const {
    HttpOptions out;
    out.tls.ca_file = authority_.ca_file();
    return out;
  }

  TestAuthority authority_;
  std::string url_;
};

TEST_F(TlsTest, TrustsWhatItShould) {
  start_with(authority_.issue("IP:127.0.0.1", Seconds{3600}));
  HttpPhases phases;
  const auto reply = net_.run(client_.exchange({.url = url_}, trusting(), net_.in(10s), &phases));
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->body, "GET /x body= Accept=*/*");
  EXPECT_EQ(phases.tls_version, "TLSv1.3");
  EXPECT_GT(phases.tls, 0ns);
  ASSERT_TRUE(phases.certificate_expiry);
  const Millis left = *phases.certificate_expiry - net_.loop.clock().wall();
  EXPECT_LT(left, 3601s);
  EXPECT_GT(left, 3000s);
  EXPECT_EQ(net_.exchange(client_, {.url = url_}, trusting())->status, 200);
  EXPECT_EQ(peers_[0], peers_[1]);  // Kept alive.
}

TEST_F(TlsTest, CarriesLargeBodiesBothWays) {
  start_with(authority_.issue("IP:127.0.0.1", Seconds{3600}));
  HttpRequest request{.method = "POST", .url = url_, .body = std::string(3'000'000, 'b')};
  HttpOptions options = trusting();
  options.accept_gzip = false;
  const auto reply = net_.exchange(client_, request, options);
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->body.size(), request.body.size() + 24);
}

TEST_F(TlsTest, RefusesUnknownAuthorities) {
  start_with(authority_.issue("IP:127.0.0.1", Seconds{3600}));
  EXPECT_EQ(code_of({.url = url_}), Code::denied);
  HttpOptions blind;
  blind.tls.insecure_skip_verify = true;
  EXPECT_EQ(net_.must_get(client_, url_, blind).status, 200);
  // The connection that was not verified must not serve one that wants to be sure.
  EXPECT_EQ(code_of({.url = url_}), Code::denied);
}

TEST_F(TlsTest, RefusesOtherNamesAndTheDead) {
  start_with(authority_.issue("DNS:db.example", Seconds{3600}));
  EXPECT_EQ(code_of({.url = url_}, trusting()), Code::denied);
  HttpOptions named = trusting();
  named.tls.server_name = "db.example";
  EXPECT_EQ(net_.must_get(client_, url_, named).status, 200);
  other_.emplace(net_.loop, ServerLimits{},
                 [this](HttpRequest request) { return handle(std::move(request)); });
  const auto dead = authority_.issue("IP:127.0.0.1", Seconds{-60});
  const TlsSettings tls{.cert_file = dead.cert_file, .key_file = dead.key_file};
  const uint16_t port = *other_->listen("127.0.0.1:0", &tls);
  const auto expired =
      net_.exchange(client_, {.url = fmt::format("https://127.0.0.1:{}/", port)}, trusting());
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, Code::denied);
  EXPECT_NE(expired.error().what.find("expired"), std::string::npos);
}

TEST_F(TlsTest, AsksClientsForTheirs) {
  const auto files = authority_.issue("IP:127.0.0.1", Seconds{3600});
  const TlsSettings tls{
      .ca_file = authority_.ca_file(), .cert_file = files.cert_file, .key_file = files.key_file};
  start(&tls);
  url_ = fmt::format("https://127.0.0.1:{}/x", port_);
  EXPECT_NE(code_of({.url = url_}, trusting()), Code::bug);
  HttpOptions known = trusting();
  const auto mine = authority_.issue("DNS:ana", Seconds{3600});
  known.tls.cert_file = mine.cert_file;
  known.tls.key_file = mine.key_file;
  EXPECT_EQ(net_.must_get(client_, url_, known).status, 200);
}

TEST_F(TlsTest, SurvivesPlainTextAndSaysWhichFileIsWrong) {
  start_with(authority_.issue("IP:127.0.0.1", Seconds{3600}));
  EXPECT_EQ(net_.talk(port_, "GET / HTTP/1.1\r\nHost: a\r\n\r\n").find("HTTP/1.1 200"),
            std::string::npos);
  const TlsSettings wrong{.cert_file = "/nowhere.pem"};
  other_.emplace(net_.loop, ServerLimits{},
                 [this](HttpRequest request) { return handle(std::move(request)); });
  const auto refused = other_->listen("127.0.0.1:0", &wrong);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("/nowhere.pem"), std::string::npos);
  HttpOptions lost;
  lost.tls.ca_file = "/nowhere.pem";
  EXPECT_EQ(code_of({.url = url_}, lost), Code::invalid);
}

}  // namespace
}  // namespace vigie::net
