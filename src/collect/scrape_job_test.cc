#include "collect/scrape_job.h"

#include <gtest/gtest.h>

#include "collect/relabel_pattern.h"
#include "config/book.h"

namespace vigie::collect {
namespace {

/// What the fake target answers, and what it was asked.
struct FakeTarget {
  Result<net::HttpReply> answer = net::HttpReply{};
  net::HttpRequest asked;
  net::HttpOptions options;
  Nanos takes{0};
};

Task<Result<net::HttpReply>> answer(Loop* loop, FakeTarget* target, net::HttpRequest request,
                                    net::HttpOptions options, MonoTime deadline) {
  target->asked = std::move(request);
  target->options = std::move(options);
  if (target->takes.count() != 0) {
    const MonoTime ready = loop->clock().mono() + target->takes;
    const MonoTime until = std::min(ready, deadline);
    Status slept = co_await loop->sleep_until(until);
    if (!slept) { co_return slept.error(); }
    if (ready > deadline) { co_return error(Code::timeout, "context deadline exceeded"); }
  }
  co_return target->answer;
}

class ScrapeJobTest : public testing::Test {
 protected:
  ScrapeJobTest() {
    target_.answer->headers.set("Content-Type", "text/plain; version=0.0.4");
    set_book(
        "scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: "
        "[\"h:1\"]}]}]");
  }
  ~ScrapeJobTest() override {
    last_.spawn(rounds_.stop());
    loop_.run_ready();
  }

  void set_book(const std::string& yaml) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
    const auto jobs = read_scrape_configs(root, problems);
    ASSERT_TRUE(problems.ok()) << problems.text();
    const Fetch fetch = [this](net::HttpRequest r, net::HttpOptions o, MonoTime d) {
      return answer(&loop_, &target_, std::move(r), std::move(o), d);
    };
    const auto context = std::make_shared<const ScrapeContext>(
        ScrapeContext{loop_, fetch, [this](ScrapedBatch batch) { return take(std::move(batch)); },
                      config::Secrets()});
    TargetList list;
    for (const TargetGroup& group : jobs[0]->groups) { add_targets(*jobs[0], group, "", list); }
    ASSERT_EQ(list.active.size(), 1u);
    if (job_ == nullptr) {
      job_ = std::make_shared<ScrapeJob>(context, jobs[0], list.active[0]);
      rounds_.start("a", job_);
    } else {
      job_->adopt(context, jobs[0], list.active[0], clock_.wall());
    }
  }
  Status take(ScrapedBatch batch) {
    if (!sink_status_) { return sink_status_; }
    for (const ScrapedSample& sample : batch) {
      std::string value = is_stale(sample.value) ? "stale" : std::to_string(sample.value);
      seen_[sample.series->labels.text()] = value.substr(0, value.find(".000"));
    }
    return ok();
  }
  std::string value(const std::string& series) { return seen_[series]; }
  void expose(std::string body) {
    target_.answer = net::HttpReply{200, {}, std::move(body)};
    target_.answer->headers.set("Content-Type", "text/plain; version=0.0.4");
  }
  void forward(Nanos by) {
    for (Nanos done = 0ns; done < by; done += 100ms) {
      clock_.advance(100ms);
      loop_.run_ready();
    }
  }

  SimClock clock_;
  Loop loop_{"test", clock_};
  Rounds rounds_{loop_, 0};
  TaskGroup last_;
  FakeTarget target_;
  Status sink_status_;
  std::map<std::string, std::string> seen_;
  std::shared_ptr<ScrapeJob> job_;
};

TEST_F(ScrapeJobTest, ReportsOnItself) {
  expose("x 1\ny 2\n");
  forward(10s);
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "1");
  EXPECT_EQ(value("up{instance=\"h:1\", job=\"a\"}"), "1");
  EXPECT_EQ(value("scrape_samples_scraped{instance=\"h:1\", job=\"a\"}"), "2");
  EXPECT_EQ(value("scrape_samples_post_metric_relabeling{instance=\"h:1\", job=\"a\"}"), "2");
  EXPECT_EQ(value("scrape_series_added{instance=\"h:1\", job=\"a\"}"), "2");
  EXPECT_EQ(seen_.count("scrape_duration_seconds{instance=\"h:1\", job=\"a\"}"), 1u);
  EXPECT_EQ(seen_.count("scrape_sample_limit{instance=\"h:1\", job=\"a\"}"), 0u);
  EXPECT_EQ(target_.asked.url, "http://h:1/metrics");
  EXPECT_NE(target_.asked.headers.get("Accept").find("openmetrics"), std::string_view::npos);
  EXPECT_EQ(target_.asked.headers.get("X-Prometheus-Scrape-Timeout-Seconds"), "10");
  forward(10s);
  EXPECT_EQ(value("scrape_series_added{instance=\"h:1\", job=\"a\"}"), "0");
}

TEST_F(ScrapeJobTest, AFailureMarksEverythingButUp) {
  expose("x 1\n");
  forward(10s);
  target_.answer = error(Code::unavailable, "connection refused");
  forward(10s);
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "stale");
  EXPECT_EQ(value("up{instance=\"h:1\", job=\"a\"}"), "0");
  EXPECT_EQ(job_->to_json().at("lastError"), "connection refused");
  EXPECT_EQ(job_->to_json().at("health"), "down");
  expose("x 1\n");
  forward(10s);
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "1");
  EXPECT_EQ(job_->to_json().at("health"), "up");
}

TEST_F(ScrapeJobTest, OtherFailuresAreSaid) {
  expose("x\n");
  forward(10s);
  EXPECT_EQ(job_->to_json().at("lastError"), "line 1: a series without a value");
  target_.answer = net::HttpReply{503, {}, ""};
  forward(10s);
  EXPECT_EQ(job_->to_json().at("lastError"), "server returned HTTP status 503");
  target_.answer = net::HttpReply{200, {}, "x 1\n"};
  forward(10s);
  EXPECT_NE(job_->to_json().at("lastError").as_string().find("Content-Type"), json::string::npos);
  expose("x 1\n");
  target_.takes = 1h;
  forward(20s);
  EXPECT_EQ(job_->to_json().at("lastError"), "context deadline exceeded");
}

TEST_F(ScrapeJobTest, AnEndMarksUpToo) {
  expose("x 1\n");
  forward(10s);
  rounds_.end("a");
  loop_.run_ready();
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "stale");
  EXPECT_EQ(value("up{instance=\"h:1\", job=\"a\"}"), "stale");
}

TEST_F(ScrapeJobTest, NewMetricRelabelingEndsTheOldSeries) {
  expose("x 1\ny 1\n");
  forward(10s);
  set_book(
      R"(scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["h:1"]}],
      metric_relabel_configs: [{source_labels: [__name__], regex: x, action: drop}]}])");
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "stale");
  forward(10s);
  EXPECT_EQ(value("x{instance=\"h:1\", job=\"a\"}"), "stale");
  EXPECT_EQ(value("y{instance=\"h:1\", job=\"a\"}"), "1");
  EXPECT_EQ(value("scrape_samples_scraped{instance=\"h:1\", job=\"a\"}"), "2");
  EXPECT_EQ(value("scrape_samples_post_metric_relabeling{instance=\"h:1\", job=\"a\"}"), "1");
}

TEST_F(ScrapeJobTest, ARefusingStoreIsShown) {
  sink_status_ = error(Code::exhausted, "store.samples: the inbox is full");
  expose("x 1\n");
  forward(10s);
  EXPECT_EQ(job_->to_json().at("lastError"), "store.samples: the inbox is full");
  EXPECT_EQ(job_->totals().refused_samples, 6u);
}

TEST_F(ScrapeJobTest, SendsCredentialsAndNeverShowsThem) {
  set_book(
      R"(scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["h:1"]}],
      basic_auth: {username: ana, password: s3cret}, http_headers: {X-A: {values: [b]}}}])");
  expose("x 1\n");
  forward(10s);
  EXPECT_EQ(target_.asked.headers.get("Authorization"), "Basic YW5hOnMzY3JldA==");
  EXPECT_EQ(target_.asked.headers.get("X-A"), "b");
  set_book(
      R"(scrape_configs: [{job_name: a, scrape_interval: 10s, static_configs: [{targets: ["h:1"]}],
      authorization: {credentials_file: /nonexistent/token}}])");
  forward(10s);
  const std::string why(job_->to_json().at("lastError").as_string());
  EXPECT_NE(why.find("authorization"), std::string::npos) << why;
}

TEST(Base64, PadsAsItShould) {
  EXPECT_EQ(base64(""), "");
  EXPECT_EQ(base64("f"), "Zg==");
  EXPECT_EQ(base64("fo"), "Zm8=");
  EXPECT_EQ(base64("foo"), "Zm9v");
  EXPECT_EQ(base64("\xff\xfe\xfd"), "//79");
}

}  // namespace
}  // namespace vigie::collect
