#include "collect/scrape_settings.h"

#include <gtest/gtest.h>

#include "collect/target.h"
#include "config/book.h"

namespace vigie::collect {
namespace {

std::vector<ScrapeSettingsPtr> read(const std::string& yaml, std::string* errors = nullptr) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
  auto jobs = read_scrape_configs(root, problems);
  if (errors != nullptr) {
    *errors = problems.text();
  } else {
    EXPECT_TRUE(problems.ok()) << problems.text();
  }
  return jobs;
}

TEST(ScrapeSettings, InheritFromGlobal) {
  const auto jobs = read(R"(
global: {scrape_interval: 15s, scrape_timeout: 12s, sample_limit: 7, body_size_limit: 1KB}
scrape_configs:
  - {job_name: a}
  - {job_name: b, scrape_interval: 5s, sample_limit: 3, body_size_limit: 2MB}
)");
  ASSERT_EQ(jobs.size(), 2u);
  EXPECT_EQ(jobs[0]->interval, 15s);
  EXPECT_EQ(jobs[0]->timeout, 12s);
  EXPECT_EQ(jobs[0]->ingest.limits.samples_max, 7u);
  EXPECT_EQ(jobs[0]->ingest.limits.body_bytes_max, 1024u);
  EXPECT_EQ(jobs[1]->timeout, 5s) << "never longer than the interval";
  EXPECT_EQ(jobs[1]->ingest.limits.samples_max, 3u);
  EXPECT_EQ(jobs[1]->path, "/metrics");
  EXPECT_TRUE(jobs[1]->ingest.honor_timestamps);
}

TEST(ScrapeSettings, DefaultsArePrometheus) {
  const auto jobs = read("scrape_configs: [{job_name: a}]");
  EXPECT_EQ(jobs[0]->interval, 60s);
  EXPECT_EQ(jobs[0]->timeout, 10s);
}

TEST(ScrapeSettings, RefuseWithPlaceAndHint) {
  const std::pair<std::string, std::string> cases[] = {
      {"scrape_configs: [{job_name: a, scrape_interval: 5s, scrape_timeout: 6s}]",
       "vigie.yml:1:69: scrape_timeout is longer than the scrape_interval of job \"a\""},
      {"scrape_configs: [{job_name: a}, {job_name: a}]", "two jobs are called \"a\""},
      {"scrape_configs: [{}]", "job_name"},
      {"scrape_configs: [{job_name: a, kubernetes_sd_configs: [{role: pod}]}]",
       "kubernetes_sd_configs is not in this release (use static_configs or file_sd_configs)"},
      {"scrape_configs: [{job_name: a, consult_sd_configs: []}]",
       "did you mean \"consul_sd_configs\"?"},
      {"scrape_configs: [{job_name: a, body_size_limit: 100}]", "must be a size with its unit"},
      {"scrape_configs: [{job_name: a, proxy_url: \"http://p\"}]", "proxy_url is not taken"},
      {"scrape_configs: [{job_name: a, oauth2: {}}]", "oauth2 is not taken"},
      {"scrape_configs: [{job_name: a, basic_auth: {username: a}, bearer_token: b}]",
       "at most one of"},
      {"scrape_configs: [{job_name: a, basic_auth: {password: a, password_file: b}}]",
       "at most one of password and password_file"},
      {"scrape_configs: [{job_name: a, tls_config: {cert_file: a}}]",
       "cert_file and key_file go together"},
      {"scrape_configs: [{job_name: a, static_configs: [{targets: [\"http://x\"]}]}]",
       "is not host:port"},
      {"scrape_configs: [{job_name: a, static_configs: [null]}]",
       "an empty entry in static_configs"},
      {"scrape_configs: [{job_name: a, file_sd_configs: [{files: [\"*/a.txt\"]}]}]",
       "must end in .json"},
      {"scrape_configs: [{job_name: a, scheme: ftp}]", "scheme must be http or https"},
      {"scrape_configs: [{job_name: a, scrape_protocols: [OpenMetricsText2]}]",
       "unknown scrape protocol"},
      {"global: {scrape_interval: 5s, scrape_timeout: 6s}\nscrape_configs: []",
       "the global scrape_timeout is longer"},
      {"scrape_configs: 3", "scrape_configs must be a list"},
  };
  for (const auto& [yaml, want] : cases) {
    std::string errors;
    read(yaml, &errors);
    EXPECT_NE(errors.find(want), std::string::npos) << yaml << "\n" << errors;
  }
}

TEST(ScrapeSettings, NeverShowASecret) {
  std::string errors;
  read(
      "scrape_configs: [{job_name: a, basic_auth: {pasword: hunter2, password: [hunter2]}, "
      "bearer_token: hunter2, authorization: {credentials: {nev: hunter2}}}]",
      &errors);
  EXPECT_FALSE(errors.empty());
  EXPECT_EQ(errors.find("hunter2"), std::string::npos) << errors;
}

TEST(ScrapeSettings, EveryBadTargetIsSaidWithItsPlace) {
  std::string errors;
  read(
      "scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: [\"good:1\", "
      "\"foo:99999\", \"\", \"also-good\", \"[::1]\", \"a:b:1\", \"h:0\"]\n",
      &errors);
  EXPECT_EQ(errors,
            "vigie.yml:4:29: \"foo:99999\" is not host:port (write it as host:port)\n"
            "vigie.yml:4:42: a target without an address (write it as host:port)\n"
            "vigie.yml:4:68: \"a:b:1\" is not host:port (write it as host:port)\n"
            "vigie.yml:4:77: \"h:0\" is not host:port (write it as host:port)\n");
  errors.clear();
  read(
      "scrape_configs: [{job_name: a, static_configs: [{targets: [\"https://x/y\"]}], "
      "relabel_configs: [{target_label: __address__, replacement: \"e:1\"}]}]",
      &errors);
  EXPECT_EQ(errors, "") << "an exporter is asked about it";
}

TargetList targets(const std::string& yaml) {
  TargetList list;
  const auto jobs = read(yaml);
  for (const TargetGroup& group : jobs[0]->groups) { add_targets(*jobs[0], group, "", list); }
  return list;
}

TEST(Target, GetsItsLabelsAndUrl) {
  const TargetList list = targets(R"(
scrape_configs:
  - job_name: a
    metrics_path: /m
    scheme: https
    params: {module: [x y, z], b: ["1"]}
    static_configs: [{targets: ["h:1"], labels: {zone: "1", __param_b: "2"}}]
)");
  ASSERT_EQ(list.active.size(), 1u);
  EXPECT_EQ(list.active[0].labels.text(), "{instance=\"h:1\", job=\"a\", zone=\"1\"}");
  EXPECT_EQ(list.active[0].url, "https://h:1/m?b=2&module=x%20y&module=z");
  EXPECT_EQ(list.active[0].discovered.get("__scrape_interval__"), "1m");
}

TEST(Target, RelabelingMayRewriteDropAndPace) {
  const TargetList list = targets(R"(
scrape_configs:
  - job_name: a
    static_configs: [{targets: ["h:1", "h:2", "h:3", "h:4"]}]
    relabel_configs:
      - {source_labels: [__address__], regex: "h:2", action: drop}
      - {source_labels: [__address__], target_label: __param_target}
      - {source_labels: [__address__], target_label: instance, replacement: "i-$1"}
      - source_labels: [__address__]
        regex: "h:3"
        target_label: __scrape_interval__
        replacement: "5s"
      - source_labels: [__address__]
        regex: "h:3"
        target_label: __scrape_timeout__
        replacement: "1s"
      - source_labels: [__address__]
        regex: "h:4"
        target_label: __scrape_timeout__
        replacement: "2m"
      - {target_label: __address__, replacement: "exporter:9"}
)");
  ASSERT_EQ(list.active.size(), 2u);
  EXPECT_EQ(list.active[0].url, "http://exporter:9/metrics?target=h%3A1");
  EXPECT_EQ(list.active[0].labels.get("instance"), "i-h:1");
  EXPECT_EQ(list.active[1].interval, 5s);
  ASSERT_EQ(list.dropped.size(), 1u);
  EXPECT_EQ(list.dropped[0].get("__address__"), "h:2");
  ASSERT_EQ(list.errors.size(), 1u);
  EXPECT_NE(list.errors[0].find("longer than the interval"), std::string::npos);
}

TEST(Target, ABadOneTakesNoOtherWithIt) {
  const TargetList list = targets(R"(
scrape_configs:
  - job_name: a
    static_configs: [{targets: ["foo:99999", "h:1", "", "http://x"]}]
    relabel_configs: [{source_labels: [__address__], target_label: from}]
)");
  ASSERT_EQ(list.active.size(), 1u);
  EXPECT_EQ(list.active[0].url, "http://h:1/metrics");
  EXPECT_EQ(list.errors.size(), 3u);
}

TEST(Target, EqualOnesAreOne) {
  const TargetList list =
      targets("scrape_configs: [{job_name: a, static_configs: [{targets: [\"h:1\", \"h:1\"]}]}]");
  EXPECT_EQ(list.active.size(), 1u);
}

}  // namespace
}  // namespace vigie::collect
