// What comes in over HTTP, with every decider behind it, while the disk takes it and while not.
#include <gtest/gtest.h>
#include <snappy.h>

#include <future>

#include "api/api.h"
#include "base/testing/faulty_disk.h"
#include "base/testing/temp_dir.h"
#include "config/testing/temp_book.h"
#include "daemon/book.h"
#include "daemon/deciders.h"
#include "journal/testing/faulty_backend.h"
#include "model/codec.h"
#include "net/testing/loopback.h"

namespace vigie::daemon {
namespace {

constexpr const char* kBook = R"(
name: small
include: [look.md]
people:
  ana: {name: Ana, notify: [{via: terminal}]}
  ben: {name: Ben, notify: [{via: terminal}]}
teams: {core: {members: [ana], escalation: core}}
schedules: {core: {layers: [{every: 72h, from: "2026-01-05 09:00", people: [ana]}]}}
escalations: {core: {levels: [{page: [schedule core], wait: 5m}]}}
last-resort: [ana]
services: {thing: {team: core}}
)";

constexpr const char* kRunbook = R"(---
title: Look first
---
## Look {#look}
```command approve=ask
true
```
)";

/// One life of the counter where people talk to Vigie; the rows outlive it.
class Counter {
 public:
  Counter(std::shared_ptr<journal::FaultyBackend::Rows> rows, FaultyDisk& disk,
          const std::string& dir)
      : rows_(std::move(rows)),
        journal_(
            journal::Journal::over(journal_loop_, std::make_unique<journal::FaultyBackend>(rows_))),
        engine_({.core = core_,
                 .journal = *journal_,
                 .deciders = make_deciders(),
                 .perform = [](engine::Release) {},
                 .trouble = [this](std::string why) { api_->trouble(std::move(why)); },
                 .decided = {},
                 .life = "1"}),
        client_(net_.loop) {
    book_.write("vigie.yml", kBook);
    book_.write("look.md", kRunbook);
    auto store = tsdb::Store::open({.dir = dir + "/metrics", .disk = &disk});
    ASSERT(store, "{}", store.error().what);
    store_ = *std::move(store);
    api_.emplace(api::ApiDeps{.edge = net_.loop,
                              .store_loop = store_loop_,
                              .pool = pool_,
                              .clock = real_clock(),
                              .engine = engine_,
                              .store = *store_,
                              .queries = queries_,
                              .data_dir = dir,
                              .version = "test",
                              .neighbours = neighbours(),
                              .reload = {},
                              .quit = {}});
    socket_ = dir + "/vigie.sock";
    const auto listening = api_->listen({.address = "127.0.0.1:0", .tls = {}, .external_url = {}});
    ASSERT(listening, "{}", listening.error().what);
    port_ = *listening;
    ASSERT(api_->listen_unix(socket_), "no unix socket");
    ASSERT(engine_.load(), "the journal");
    for (Loop* loop : {&core_, &journal_loop_, &store_loop_}) { loop->start(); }
    core_.post([this] { engine_.start(adopted_event(book_.load()), "test"); });
  }
  ~Counter() {
    net_.run(api_->stop(net_.in(1s)));
    for (Loop* loop : {&store_loop_, &core_, &journal_loop_}) { loop->stop(); }
    pool_.stop();
  }

  net::HttpReply send(std::string method, std::string path, std::string body = "",
                      std::string key = "", std::string who = "ana") {
    net::HttpRequest request;
    request.method = std::move(method);
    request.url = "unix:" + socket_ + ":" + path;
    request.body = std::move(body);
    request.headers.set("Vigie-Person", std::move(who));
    if (!key.empty()) { request.headers.set("Idempotency-Key", std::move(key)); }
    auto reply = net_.exchange(client_, std::move(request));
    ASSERT(reply, "{}", reply.error().what);
    return *std::move(reply);
  }
  net::HttpReply over_tcp(std::string path, net::HttpOptions options = {}) {
    return net_.must_get(client_, "http://127.0.0.1:" + std::to_string(port_) + path,
                         std::move(options));
  }
  void journal_fails(std::optional<Error> why) {
    std::promise<void> set;
    journal_loop_.post([this, &set, why = std::move(why)] {
      rows_->failing = why;
      set.set_value();
    });
    set.get_future().wait();
  }
  bool wait_for(const std::function<bool()>& holds) {
    const MonoTime end = net_.in(10s);
    while (real_clock().mono() < end) {
      if (holds()) { return true; }
      net_.loop.run_until([] { return false; }, net_.in(20ms));
    }
    return false;
  }
  size_t open_incidents() {
    const auto parsed = parse_json(send("GET", "/api/vigie/incidents?state=open").body);
    return get_array(parsed->get_object(), "incidents")->size();
  }

  int heartbeats = 0;
  std::string store_trouble;

 private:
  api::Neighbours neighbours() {
    api::Neighbours out;
    out.live = [] { return json::object(); };
    out.book = [] {
      return json::object{{"people", json::array{json::object{{"id", "ana"}, {"name", "Ana"}},
                                                 json::object{{"id", "ben"}, {"name", "Ben"}}}}};
    };
    out.book_problem = [] { return std::string(); };
    out.ready = [] { return true; };
    out.refusing = [this] { return store_trouble; };
    out.metadata = [](std::string_view metric, size_t) {
      return json::object{{metric.empty() ? "up" : metric, json::array()}};
    };
    out.targets = [](std::string_view state, std::string_view pool) {
      return "\"" + std::string(state) + "," + std::string(pool) + "\"";
    };
    out.probes = [] { return json::array{json::object{{"name", "db"}, {"ok", false}}}; };
    out.rules = [](const json::value&) { return std::string(R"({"groups":[]})"); };
    out.heartbeat = [this](std::string_view, std::string_view) {
      ++heartbeats;
      return ok();
    };
    return out;
  }

  net::Loopback net_;
  Loop core_{"core", real_clock()}, journal_loop_{"journal", real_clock()},
      store_loop_{"store", real_clock()};
  Pool pool_{"pool", 1, 16};
  config::TempBook book_;
  std::shared_ptr<journal::FaultyBackend::Rows> rows_;
  std::unique_ptr<journal::Journal> journal_;
  engine::Engine engine_;
  std::unique_ptr<tsdb::Store> store_;
  promql::Engine queries_{{.clock = &real_clock()}};
  net::HttpClient client_;
  std::optional<api::Api> api_;
  std::string socket_;
  uint16_t port_ = 0;
};

class Intake : public testing::Test {
 protected:
  void live_again() {
    counter_.reset();
    counter_ = std::make_unique<Counter>(rows_, disk_, dir_.path());
  }
  void SetUp() override { live_again(); }

  size_t asked(std::string_view kind) const {
    size_t count = 0;
    for (const Event& event : rows_->events) {
      count += !event.cause && get_object(encode_event_body(event.body).get_object(), kind) ? 1 : 0;
    }
    return count;
  }

  std::shared_ptr<journal::FaultyBackend::Rows> rows_ =
      std::make_shared<journal::FaultyBackend::Rows>();
  FaultyDisk disk_;
  TempDir dir_;
  std::unique_ptr<Counter> counter_;
};

constexpr const char* kDeclare = R"({"title":"logins fail","service":"thing"})";

TEST_F(Intake, ARepeatWithTheSameKeyGetsTheFirstAnswerAndDoesNothing) {
  const net::HttpReply first = counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1");
  EXPECT_EQ(first.status, 201) << first.body;
  EXPECT_FALSE(first.headers.has("Idempotency-Replayed"));
  const net::HttpReply again = counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers.get("Idempotency-Replayed"), "true");
  EXPECT_EQ(counter_->open_incidents(), 1u);
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents", kDeclare).body, R"({"id":2})")
      << "without a key it is another click";
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1", "ben").body,
            R"({"id":3})")
      << "ben's key is not ana's";
}

TEST_F(Intake, AnotherRequestWithTheSameKeyIsRefused) {
  counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1");
  const net::HttpReply other =
      counter_->send("POST", "/api/vigie/incidents", R"({"title":"disk full"})", "k1");
  EXPECT_EQ(other.status, 422);
  EXPECT_NE(other.body.find(R"("code":"reused")"), std::string::npos) << other.body;
  EXPECT_NE(other.body.find(R"("field":"Idempotency-Key")"), std::string::npos);
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1").status, 422);
  EXPECT_EQ(counter_->open_incidents(), 1u);
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents", kDeclare, "two words").status, 400);
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents", kDeclare, std::string(256, 'k')).status,
            400);
}

TEST_F(Intake, AnAnswerAboutAnotherStepIsRefused) {
  const net::HttpReply begun = counter_->send("POST", "/api/vigie/runbooks/look/run", "{}");
  ASSERT_EQ(begun.status, 202) << begun.body;
  const auto answer = [&](const char* body) {
    return counter_->send("POST", "/api/vigie/runs/1/answer", body);
  };
  const net::HttpReply late = answer(R"({"answer":"done","step":"empty"})");
  EXPECT_EQ(late.status, 409);
  EXPECT_NE(late.body.find(R"(run 1 asks about its step \"look\", not \"empty\")"),
            std::string::npos)
      << late.body;
  EXPECT_EQ(answer(R"({"answer":"done","step":"look"})").status, 200);
  EXPECT_EQ(answer(R"({"answer":"done"})").status, 409) << "it has ended";
}

TEST_F(Intake, KeysSurviveARestart) {
  counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1");
  counter_->send("POST", "/api/vigie/incidents/1/resolve", "{}", "k2");
  live_again();
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents", kDeclare, "k1").body, R"({"id":1})");
  const net::HttpReply repeat =
      counter_->send("POST", "/api/vigie/incidents/1/resolve", "{}", "k2");
  EXPECT_EQ(repeat.status, 200) << "the first answer, not 409: " << repeat.body;
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/resolve", "{}", "k3").status, 409);
  counter_.reset();
  EXPECT_EQ(asked("declare_asked"), 1u);
  EXPECT_EQ(asked("resolve_asked"), 1u);
}

TEST_F(Intake, ARefusedRequestLeavesItsKeyFree) {
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1").status, 404);
  counter_->send("POST", "/api/vigie/incidents", kDeclare);
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1").status, 200);
}

TEST_F(Intake, WhileTheJournalRefusesActsAreInForceAndAnswered507) {
  counter_->send("POST", "/api/vigie/incidents", kDeclare);
  counter_->journal_fails(error(Code::exhausted, "disk full"));
  const net::HttpReply ack = counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1");
  EXPECT_EQ(ack.status, 507) << ack.body;
  EXPECT_NE(ack.body.find("disk full"), std::string::npos) << ack.body;
  EXPECT_NE(counter_->send("GET", "/api/vigie/incidents/1").body.find(R"("acknowledged")"),
            std::string::npos)
      << "an acknowledgement must end the paging all the same";
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/take", "{}").status, 507)
      << "also when the refusal is known before";
  EXPECT_EQ(counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1").status, 507)
      << "a repeat is not better off";
  EXPECT_EQ(counter_->over_tcp("/hooks/heartbeat/gw/1").status, 507);
  EXPECT_EQ(counter_->heartbeats, 1) << "a device that lives must not look dead";
  EXPECT_NE(counter_->over_tcp("/-/ready").body.find("disk full"), std::string::npos);
  EXPECT_NE(counter_->send("GET", "/api/vigie/now").body.find(R"("trouble":"the journal)"),
            std::string::npos);

  counter_->journal_fails(std::nullopt);
  EXPECT_TRUE(counter_->wait_for(
      [&] { return counter_->over_tcp("/hooks/heartbeat/gw/1").status == 204; }));
  const net::HttpReply repeat = counter_->send("POST", "/api/vigie/incidents/1/ack", "{}", "k1");
  EXPECT_EQ(repeat.status, 200);
  EXPECT_EQ(repeat.headers.get("Idempotency-Replayed"), "true");
  live_again();
  EXPECT_NE(counter_->send("GET", "/api/vigie/incidents/1").body.find(R"("taken")"),
            std::string::npos)
      << "what was in force from memory is on disk now";
}

std::string one_sample() {
  // WriteRequest{timeseries{labels{__name__, up}, samples{1, 1000 ms}}}, protobuf.
  const std::string series = std::string("\x0a\x0e\x0a\x08__name__\x12\x02up", 16) +
                             std::string("\x12\x0c\x09\0\0\0\0\0\0\xf0\x3f\x10\xe8\x07", 14);
  const std::string request = "\x0a" + std::string(1, static_cast<char>(series.size())) + series;
  std::string out;
  snappy::Compress(request.data(), request.size(), &out);
  return out;
}

TEST_F(Intake, RemoteWriteIsAnswered507WhenTheDiskIsFull) {
  disk_.full_after(4);
  const net::HttpReply full = counter_->send("POST", "/api/v1/write", one_sample());
  EXPECT_EQ(full.status, 507) << full.body;
  disk_.heal();
  EXPECT_EQ(counter_->send("POST", "/api/v1/write", one_sample()).status, 204);
}

TEST_F(Intake, HeartbeatsAreAnswered507WhileTheStoreRefuses) {
  counter_->store_trouble = "the store cannot be written: no space left";
  EXPECT_EQ(counter_->over_tcp("/hooks/heartbeat/gw/1").status, 507);
  counter_->store_trouble.clear();
  EXPECT_EQ(counter_->over_tcp("/hooks/heartbeat/gw/1").status, 204);
}

TEST_F(Intake, PrometheusAddressesLeadToTheConsole) {
  net::HttpOptions stay;
  stay.follow_redirects = false;
  const net::HttpReply graph = counter_->over_tcp("/graph?g0.expr=up+%3D%3D+0&g0.tab=1", stay);
  EXPECT_EQ(graph.status, 302);
  EXPECT_EQ(graph.headers.get("Location"), "./#/metrics?expr=up%20%3D%3D%200&view=table");
  EXPECT_EQ(counter_->over_tcp("/alerts", stay).headers.get("Location"), "./#/alerts");
  EXPECT_EQ(counter_->over_tcp("/api/v1/metadata?metric=up").body,
            R"({"status":"success","data":{"up":[]}})");
}

TEST_F(Intake, PrometheusFiltersAreHonouredOrRefused) {
  EXPECT_EQ(counter_->over_tcp("/api/v1/targets?state=dropped&scrapePool=a").body,
            R"({"status":"success","data":"dropped,a"})");
  const net::HttpReply wrong = counter_->over_tcp("/api/v1/targets?state=gone");
  EXPECT_EQ(wrong.status, 400);
  EXPECT_NE(wrong.body.find("bad_data"), std::string::npos) << wrong.body;
  EXPECT_EQ(counter_->over_tcp("/api/v1/rules?type=record").status, 200);
  EXPECT_EQ(counter_->over_tcp("/api/v1/rules?type=alerts").status, 400);
}

// Prometheus' classes of errors: dashboards and alerting on them look at the status.
TEST_F(Intake, QueriesFailAsPrometheusOnesDo) {
  const auto status = [&](const std::string& path) { return counter_->over_tcp(path).status; };
  EXPECT_EQ(status("/api/v1/query?query=up%20%3D%3D"), 400);
  EXPECT_EQ(status("/api/v1/query_range?query=1&start=0&end=20000&step=1"), 400);
  EXPECT_EQ(status("/api/v1/query?query=label_replace(vector(1),%22a%22,%22%22,%22%22,%22(%22)"),
            422);
  const net::HttpReply huge =
      counter_->over_tcp("/api/v1/query?query=count_over_time(up%5B1y:1ms%5D)");
  EXPECT_EQ(huge.status, 422);
  EXPECT_NE(huge.body.find("\"errorType\":\"execution\""), std::string::npos) << huge.body;
}

TEST_F(Intake, WhatIsNotThereIsNoPageForAProgram) {
  EXPECT_EQ(counter_->over_tcp("/federate").status, 404);
  EXPECT_EQ(counter_->over_tcp("/nothing/here").status, 404);
  net::HttpOptions plain;
  plain.accept_gzip = false;
  const net::HttpReply page = counter_->over_tcp("/", plain);
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.headers.get("Content-Encoding"), "");
  EXPECT_NE(page.body.find("<html"), std::string::npos);
}

TEST_F(Intake, OnlyToAskIsNoHeartbeat) {
  EXPECT_EQ(counter_->send("HEAD", "/hooks/heartbeat/gw/1").status, 405);
  EXPECT_EQ(counter_->heartbeats, 0);
}

TEST_F(Intake, ProbesSayWhy) {
  EXPECT_EQ(counter_->send("GET", "/api/vigie/probes").body,
            R"({"probes":[{"name":"db","ok":false}]})");
}

}  // namespace
}  // namespace vigie::daemon
