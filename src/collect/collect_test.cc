#include "collect/collect.h"

#include <fmt/core.h>
#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <map>

#include "config/testing/temp_book.h"
#include "net/testing/loopback.h"

namespace vigie::collect {
namespace {

/// A service that answers what the test says, and remembers what it was sent.
struct FakeService {
  explicit FakeService(Loop& loop)
      : server(loop, {},
               [this](net::HttpRequest request) { return answer(this, std::move(request)); }) {
    port = *server.listen("127.0.0.1:0");
  }
  static Task<net::HttpReply> answer(FakeService* self, net::HttpRequest request) {
    if (request.method == "POST") { self->posted = request.body; }
    const std::string path = request.path;
    net::HttpReply reply =
        net::text_reply(self->statuses.count(path) != 0 ? self->statuses[path] : 200,
                        self->bodies[path], "text/plain; version=0.0.4");
    co_return reply;
  }
  std::string url(const std::string& path) const {
    return fmt::format("http://127.0.0.1:{}{}", port, path);
  }
  std::map<std::string, std::string> bodies;
  std::map<std::string, int> statuses;
  std::string posted;
  net::HttpServer server;
  uint16_t port = 0;
};

class CollectTest : public testing::Test {
 protected:
  CollectTest()
      : service_(net_.loop),
        collect_({.edge = net_.loop,
                  .samples = [this](ScrapedBatch batch) { return take(batch); },
                  .facts = [this](Fact fact) { facts_.push_back(std::move(fact)); },
                  .host_name = "here",
                  .fleets_dir = book_.dir() + "/fleets",
                  .units = {}}) {}
  ~CollectTest() override {
    net_.run(collect_.stop());
    net_.run(service_.server.stop(net_.in(1s)));
  }

  Status take(const ScrapedBatch& batch) {
    for (const ScrapedSample& sample : batch) {
      values_[sample.series->labels.text()] = sample.value;
    }
    return ok();
  }
  std::string adopt(const std::string& yaml) {
    config::Problems problems;
    const config::Node root =
        config::node_from("collectors: {host: false, process: false}\n" + yaml);
    const Status adopted =
        collect_.adopt(root, config::Secrets(book_.dir(), config::Environment()), problems);
    return adopted ? "" : problems.text();
  }
  bool until(const std::function<bool()>& done) { return net_.loop.run_until(done, net_.in(10s)); }
  bool has(const std::string& series, double value) {
    const auto found = values_.find(series);
    return found != values_.end() &&
           (std::isnan(value) ? is_stale(found->second) : found->second == value);
  }
  std::vector<std::string> health() const {
    std::vector<std::string> out;
    for (const Fact& fact : facts_) {
      if (const auto* changed = std::get_if<HealthChanged>(&fact.body)) {
        out.push_back(fmt::format("{} {}", changed->service, static_cast<int>(changed->health)));
      }
    }
    return out;
  }
  const RobotRoundEnded* robot() const {
    for (const Fact& fact : facts_) {
      if (const auto* round = std::get_if<RobotRoundEnded>(&fact.body)) { return round; }
    }
    return nullptr;
  }

  config::TempBook book_;
  net::Loopback net_;
  FakeService service_;
  std::map<std::string, double> values_;
  std::vector<Fact> facts_;
  Collect collect_;
};

TEST_F(CollectTest, ScrapesARealTargetAndFollowsTheBook) {
  service_.bodies["/metrics"] = "# HELP x First\\nsecond, C:\\\\d.\nx 1\n";
  const std::string target = fmt::format("127.0.0.1:{}", service_.port);
  ASSERT_EQ(adopt(fmt::format("scrape_configs: [{{job_name: a, scrape_interval: 200ms, "
                              "static_configs: [{{targets: [\"{}\"]}}]}}]",
                              target)),
            "");
  const std::string series = fmt::format("x{{instance=\"{}\", job=\"a\"}}", target);
  ASSERT_TRUE(until([&] { return has(series, 1); }));
  EXPECT_EQ(collect_.metadata_json("x").at("x").as_array()[0].at("help"), "First\nsecond, C:\\d.");
  const json::object targets = collect_.targets_json();
  ASSERT_EQ(targets.at("activeTargets").as_array().size(), 1u);
  EXPECT_EQ(targets.at("activeTargets").as_array()[0].at("health"), "up");
  service_.statuses["/metrics"] = 500;
  ASSERT_TRUE(
      until([&] { return has(fmt::format("up{{instance=\"{}\", job=\"a\"}}", target), 0); }));
  EXPECT_TRUE(has(series, NAN));
  EXPECT_EQ(adopt("scrape_configs: []"), "");
  EXPECT_TRUE(
      until([&] { return has(fmt::format("up{{instance=\"{}\", job=\"a\"}}", target), NAN); }));
  EXPECT_TRUE(collect_.targets_json().at("activeTargets").as_array().empty());
}

TEST_F(CollectTest, ABadBookLeavesTheOldOneRunning) {
  ASSERT_EQ(adopt("fleets: {gw: {}}"), "");
  EXPECT_NE(adopt("fleets: {other: {inactive-aftr: 5m}}").find("did you mean \"inactive-after\"?"),
            std::string::npos);
  EXPECT_TRUE(collect_.heartbeat("gw", "1", net_.loop.clock().wall()));
  EXPECT_FALSE(collect_.heartbeat("other", "1", net_.loop.clock().wall()));
}

TEST_F(CollectTest, DiscoversFromFilesAndTheirChanges) {
  service_.bodies["/metrics"] = "x 1\n";
  book_.write("targets/a.json",
              fmt::format("[{{\"targets\": [\"127.0.0.1:{}\"], \"labels\": {{\"zone\": \"1\"}}}}]",
                          service_.port));
  ASSERT_EQ(adopt("scrape_configs: [{job_name: f, scrape_interval: 100ms, "
                  "file_sd_configs: [{files: [targets/*.json]}]}]"),
            "");
  ASSERT_TRUE(until([&] {
    return has(fmt::format("x{{instance=\"127.0.0.1:{}\", job=\"f\", zone=\"1\"}}", service_.port),
               1);
  }));
  book_.write("targets/a.json",
              fmt::format("[{{\"targets\": [\"127.0.0.1:{}\"], \"labels\": {{\"zone\": \"22\"}}}}]",
                          service_.port));
  EXPECT_TRUE(until([&] {
    return has(fmt::format("x{{instance=\"127.0.0.1:{}\", job=\"f\", zone=\"22\"}}", service_.port),
               1);
  }));
}

TEST_F(CollectTest, HealthIsSaidWhenItChanges) {
  service_.bodies["/health"] = R"({"status": "UP"})";
  ASSERT_EQ(adopt(fmt::format(
                "services: {{datajs: {{health: [{{http: {{url: \"{}\", json: {{/status: UP}}}}, "
                "every: 100ms, timeout: 100ms, retries: 2}}]}}}}",
                service_.url("/health"))),
            "");
  ASSERT_TRUE(until([&] { return collect_.health("datajs") == Health::healthy; }));
  service_.bodies["/health"] = R"({"status": "DOWN"})";
  ASSERT_TRUE(until([&] { return collect_.health("datajs") == Health::unhealthy; }));
  service_.bodies["/health"] = R"({"status": "UP"})";
  ASSERT_TRUE(until([&] { return collect_.health("datajs") == Health::healthy; }));
  collect_.service_restarted("datajs");
  EXPECT_EQ(collect_.health("datajs"), Health::starting);
  ASSERT_TRUE(until([&] { return collect_.health("datajs") == Health::healthy; }));
  EXPECT_EQ(health(),
            (std::vector<std::string>{"datajs 2", "datajs 3", "datajs 2", "datajs 1", "datajs 2"}));
  EXPECT_NE(std::get<HealthChanged>(facts_[1].body).why.find("/status is DOWN, not UP"),
            std::string::npos);
  const std::string labels = "{job=\"probe\", probe=\"datajs/http\", service=\"datajs\"}";
  EXPECT_TRUE(has("probe_success" + labels, 1));
  EXPECT_TRUE(has("probe_http_status_code" + labels, 200));
  EXPECT_EQ(values_.count("probe_duration_seconds" + labels), 1u);
  EXPECT_EQ(adopt("services: {datajs: {}}"), "");
  EXPECT_EQ(health().back(), "datajs 0") << "unknown when nobody looks any more";
  EXPECT_TRUE(until([&] { return has("probe_success" + labels, NAN); }));
}

TEST_F(CollectTest, DoesNotLookAtWhatAPersonStopped) {
  service_.bodies["/health"] = R"({"status": "UP"})";
  const std::string book = fmt::format(
      "services: {{datajs: {{health: [{{http: {{url: \"{}\", json: {{/status: UP}}}}, "
      "every: 100ms, timeout: 100ms, retries: 1}}]}}}}\n"
      "probes: [{{name: lone, http: {{url: \"{}\", json: {{/status: UP}}}}, every: 100ms, "
      "timeout: 100ms}}]",
      service_.url("/health"), service_.url("/lone"));
  ASSERT_EQ(adopt(book), "");
  const std::string success =
      "probe_success{job=\"probe\", probe=\"datajs/http\", service=\"datajs\"}";
  ASSERT_TRUE(until([&] { return has(success, 1); }));
  service_.bodies["/health"] = R"({"status": "DOWN"})";
  collect_.service_stopped("datajs");
  EXPECT_EQ(collect_.health("datajs"), Health::unhealthy);
  EXPECT_EQ(std::get<HealthChanged>(facts_.back().body).why, "stopped by hand");
  ASSERT_TRUE(until([&] { return has(success, NAN); })) << "its series ends";
  // The lone probe goes at the same pace: some looks would have been taken meanwhile.
  for (const auto& [word, found] : {std::pair{"DOWN", 0}, {"UP", 1}, {"DOWN", 0}}) {
    service_.bodies["/lone"] = fmt::format(R"({{"status": "{}"}})", word);
    ASSERT_TRUE(until(
        [&, found = found] { return has("probe_success{job=\"probe\", probe=\"lone\"}", found); }));
  }
  EXPECT_TRUE(has(success, NAN)) << "and nothing is written after it";
  service_.bodies["/health"] = R"({"status": "UP"})";
  collect_.service_restarted("datajs");
  EXPECT_TRUE(until([&] { return collect_.health("datajs") == Health::healthy; }));
  EXPECT_TRUE(has(success, 1));
}

TEST_F(CollectTest, WritesNoFailureThatTheStartPeriodForgives) {
  service_.bodies["/health"] = R"({"status": "DOWN"})";
  ASSERT_EQ(adopt(fmt::format(R"(
services:
  datajs:
    health:
      - http: {{url: "{0}", json: {{/status: UP}}}}
        every: 100ms
        timeout: 100ms
        start-period: 1m
probes:
  - {{name: lone, http: {{url: "{1}", json: {{/status: UP}}}}, every: 100ms, timeout: 100ms}}
)",
                              service_.url("/health"), service_.url("/lone"))),
            "");
  // The lone probe goes at the same pace: some looks at both are over when it has changed twice.
  for (const auto& [word, success] : {std::pair{"DOWN", 0}, {"UP", 1}, {"DOWN", 0}}) {
    service_.bodies["/lone"] = fmt::format(R"({{"status": "{}"}})", word);
    ASSERT_TRUE(until([&, success = success] {
      return has("probe_success{job=\"probe\", probe=\"lone\"}", success);
    }));
  }
  const std::string labels = "{job=\"probe\", probe=\"datajs/http\", service=\"datajs\"}";
  EXPECT_EQ(values_.count("probe_success" + labels), 0U);
  service_.bodies["/health"] = R"({"status": "UP"})";
  ASSERT_TRUE(until([&] { return has("probe_success" + labels, 1); }));
  service_.bodies["/health"] = R"({"status": "DOWN"})";
  EXPECT_TRUE(until([&] { return has("probe_success" + labels, 0); })) << "it was healthy";
}

TEST_F(CollectTest, ProbesLookAtAnHttpAnswer) {
  service_.bodies["/"] = "all is well";
  ASSERT_EQ(adopt(fmt::format(R"(
probes:
  - {{name: good, http: "{0}", every: 1s, timeout: 1s, labels: {{zone: "1"}}}}
  - {{name: regex, http: {{url: "{0}", body-matches: ill}}, every: 1s, timeout: 1s}}
  - {{name: status, http: {{url: "{0}", status: [404]}}, every: 1s, timeout: 1s}}
  - {{name: tcp, tcp: "127.0.0.1:{1}", every: 1s, timeout: 1s}}
)",
                              service_.url("/"), service_.port)),
            "");
  ASSERT_TRUE(until([&] {
    return has("probe_success{job=\"probe\", probe=\"good\", zone=\"1\"}", 1) &&
           has("probe_success{job=\"probe\", probe=\"regex\"}", 0) &&
           has("probe_success{job=\"probe\", probe=\"status\"}", 0) &&
           has("probe_success{job=\"probe\", probe=\"tcp\"}", 1);
  }));
  EXPECT_TRUE(has("probe_failed_due_to_regex{job=\"probe\", probe=\"regex\"}", 1));
  EXPECT_TRUE(has("probe_failed_due_to_regex{job=\"probe\", probe=\"status\"}", 0));
  const json::array probes = collect_.probes_json();
  ASSERT_EQ(probes.size(), 4U);
  const json::object& regex = probes[1].as_object();
  EXPECT_EQ(regex.at("name"), "regex");
  EXPECT_EQ(regex.at("kind"), "http");
  EXPECT_TRUE(regex.at("service").is_null());
  EXPECT_EQ(regex.at("ok"), false);
  EXPECT_EQ(regex.at("why"), "the body does not match ill");
  EXPECT_TRUE(regex.at("since").is_string());
  EXPECT_EQ(probes[0].at("labels").at("zone"), "1");
  EXPECT_EQ(probes[0].at("why"), "HTTP status 200");
}

TEST_F(CollectTest, AProbeSaysSinceWhenItIsAsItIs) {
  service_.bodies["/"] = "ill";
  ASSERT_EQ(adopt(fmt::format("probes: [{{name: one, http: {{url: \"{}\", body-matches: well}}, "
                              "every: 100ms, timeout: 100ms}}]",
                              service_.url("/"))),
            "");
  const auto said = [&](const char* key) { return collect_.probes_json()[0].at(key); };
  EXPECT_TRUE(said("ok").is_null()) << "not looked at yet";
  ASSERT_TRUE(until([&] { return said("ok") == false; }));
  const json::value since = said("since");
  ASSERT_TRUE(until([&] { return said("last_at") != since; }));
  EXPECT_EQ(said("since"), since) << "it fails since the first look";
  service_.bodies["/"] = "well";
  ASSERT_TRUE(until([&] { return said("ok") == true; }));
  EXPECT_NE(said("since"), since);
}

TEST_F(CollectTest, ARobotSendsByHttpAndAsksEachStage) {
  ASSERT_EQ(adopt(fmt::format(R"(
chains:
  heartbeat:
    stages: [{{name: datajs}}, {{name: tb}}]
    robot:
      every: 1h
      send: {{http: {{url: "{0}", method: POST, body: "id={{{{id}}}} at={{{{now}}}}"}}}}
      expect:
        - {{stage: datajs, within: 5s, http: {{url: "{1}", body-matches: seen}}}}
        - {{stage: tb, within: 100ms, http: {{url: "{2}"}}}}
)",
                              service_.url("/in"), service_.url("/seen"), service_.url("/tb"))),
            "");
  service_.statuses["/tb"] = 404;
  ASSERT_TRUE(until([&] { return !service_.posted.empty(); }));
  EXPECT_EQ(service_.posted.substr(0, 9), "id=vigie-") << service_.posted;
  EXPECT_EQ(service_.posted.find("{{"), std::string::npos);
  service_.bodies["/seen"] = "seen";
  ASSERT_TRUE(until([&] { return robot() != nullptr; }));
  ASSERT_EQ(robot()->stages.size(), 2u);
  EXPECT_EQ(robot()->stages[0].result, RobotResult::ok) << robot()->stages[0].detail;
  EXPECT_EQ(robot()->stages[1].result, RobotResult::missing);
  EXPECT_EQ(robot()->stages[1].detail, "HTTP status 404");
  EXPECT_TRUE(
      has("vigie_robot_stage_success{chain=\"heartbeat\", job=\"robot\", stage=\"datajs\"}", 1));
  EXPECT_TRUE(has("vigie_robot_success{chain=\"heartbeat\", job=\"robot\"}", 0));
}

TEST_F(CollectTest, ARobotSendsByKafka) {
  char why[256];
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_t* handle = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
  ASSERT_NE(handle, nullptr);
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(handle, 1);
  ASSERT_NE(cluster, nullptr);
  service_.bodies["/seen"] = "seen";
  ASSERT_EQ(adopt(fmt::format(R"(
chains:
  c:
    stages: [{{name: s}}]
    robot:
      every: 1h
      send: {{kafka: {{brokers: "{}", topic: t, value: "{{{{id}}}}"}}}}
      expect: [{{stage: s, within: 5s, http: "{}"}}]
)",
                              rd_kafka_mock_cluster_bootstraps(cluster), service_.url("/seen"))),
            "");
  ASSERT_TRUE(until([&] { return robot() != nullptr; }));
  EXPECT_EQ(robot()->stages[0].result, RobotResult::ok) << robot()->stages[0].detail;
  EXPECT_EQ(adopt("name: x"), "");
  net_.loop.run_ready();
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(handle);
}

TEST_F(CollectTest, FleetsCountAndSurviveARestart) {
  ASSERT_EQ(adopt("fleets: {gw: {inactive-after: 1s, forget-after: 1h, degraded-above: 0.5, "
                  "intake: [{http: true}]}}"),
            "");
  const WallTime now = net_.loop.clock().wall();
  EXPECT_TRUE(collect_.heartbeat("gw", "a", now));
  EXPECT_TRUE(collect_.heartbeat("gw", "b", now));
  EXPECT_EQ(collect_.heartbeat("gw", "", now).error().code, Code::invalid);
  const auto listed = collect_.fleet_json("gw", false, 10);
  ASSERT_TRUE(listed);
  EXPECT_EQ(listed->at("active"), 2);
  EXPECT_EQ(listed->at("list").as_array().size(), 2u);
  ASSERT_TRUE(until([&] {
    return has("vigie_fleet_devices{fleet=\"gw\", job=\"fleets\", state=\"inactive\"}", 2);
  }));
  ASSERT_FALSE(facts_.empty());
  EXPECT_TRUE(std::get<FleetChanged>(facts_.back().body).degraded);
  EXPECT_TRUE(collect_.heartbeat("gw", "a", net_.loop.clock().wall()));
  net_.run(collect_.stop());
  Collect again({.edge = net_.loop,
                 .samples = [](ScrapedBatch) { return ok(); },
                 .facts = [](Fact) {},
                 .host_name = "here",
                 .fleets_dir = book_.dir() + "/fleets"});
  config::Problems problems;
  ASSERT_TRUE(again.adopt(config::node_from("collectors: {host: false, process: false}\n"
                                            "fleets: {gw: {inactive-after: 1s}}"),
                          config::Secrets(), problems))
      << problems.text();
  const auto kept = again.fleet_json("gw", true, 10);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->at("active"), 1);
  EXPECT_EQ(kept->at("inactive"), 1);
  net_.run(again.stop());
}

TEST_F(CollectTest, CollectorsRunByDefaultAndTelemetryIsText) {
  config::Problems problems;
  ASSERT_TRUE(collect_.adopt(config::node_from("name: x"), config::Secrets(), problems));
  ASSERT_TRUE(until([&] { return has("up{instance=\"here\", job=\"host\"}", 1); }));
  EXPECT_EQ(values_.count("node_load1{instance=\"here\", job=\"host\"}"), 1u);
  EXPECT_EQ(values_.count("process_open_fds{instance=\"here\", job=\"process\"}"), 1u);
  std::string text;
  collect_.append_metrics(text);
  EXPECT_NE(text.find("vigie_collect_targets 0\n"), std::string::npos);
  EXPECT_NE(text.find("process_start_time_seconds"), std::string::npos);
}

TEST(CheckBook, ReportsEveryErrorWithItsPlace) {
  config::Problems problems;
  check_book(config::node_from(R"(
scrape_configs: [{job_name: a, scrape_interval: soon}]
probes:
  - {name: p, htp: "http://x"}
  - {name: q, tcp: "a:1", http: "http://x"}
  - {name: q, exec: []}
services:
  web:
    health:
      - {http: {url: nonsense}}
      - {tcp: "a:1", every: 1s, timeout: 2s}
      - {dns: {name: a..b, server: x}}
  api: {health: {http: "http://x"}}
collectors: {hots: {}, host: {every: never}}
fleets: {gw: {intake: [{carrier-pigeon: true}]}}
chains:
  c:
    stages: [{name: one}]
    robot: {send: {}, expect: [{stage: two, within: 1s, http: "http://x"}]}
)"),
             problems);
  const std::string text = problems.text();
  for (const char* want :
       {"test.yml:2:", "did you mean \"http\"?", "one entry is one probe, but it names",
        "two probes are called \"q\"", "the timeout is longer than `every`",
        "health must be a list", "there is no collector \"hots\"", "did you mean \"host\"?",
        "carrier-pigeon", "a robot sends either by http or by kafka",
        "the chain has no stage \"two\"", "did you mean"}) {
    EXPECT_NE(text.find(want), std::string::npos) << want << "\n" << text;
  }
  EXPECT_GE(problems.errors(), 12u) << text;
}

}  // namespace
}  // namespace vigie::collect
