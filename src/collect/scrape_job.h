#pragma once

#include <functional>
#include <memory>
#include <string>

#include "collect/rounds.h"
#include "collect/target.h"
#include "config/secrets.h"
#include "net/net.h"

namespace vigie::collect {

/// How a scrape asks; net::HttpClient behind it, a fake in tests.
using Fetch =
    std::function<Task<Result<net::HttpReply>>(net::HttpRequest, net::HttpOptions, MonoTime)>;

/// What every scrape shares.
struct ScrapeContext {
  Loop& loop;
  Fetch fetch;
  SampleSink sink;
  config::Secrets secrets;
};

/// Counters over all scrapes, for /metrics.
struct ScrapeTotals {
  uint64_t scrapes = 0, failed = 0, samples = 0, bytes = 0, refused_samples = 0;
};
ScrapeTotals& operator+=(ScrapeTotals& all, const ScrapeTotals& more);

/// The series that a scrape makes about itself: `up`, `scrape_duration_seconds`…
class ReportSeries {
 public:
  explicit ReportSeries(const Labels& target_labels, bool extra);
  struct Values {
    bool up = false;
    double seconds = 0;
    Ingested counts;
    double timeout_seconds = 0;
    uint64_t sample_limit = 0;
    int64_t body_bytes = 0;
  };
  void add(const Values& values, WallTime at, ScrapedBatch& out) const;
  void end(WallTime at, ScrapedBatch& out) const;

 private:
  std::vector<std::shared_ptr<Series>> series_;
};

/// Scrapes one target; its state outlives changes of the job's settings.
///
/// Lives on: edge. Time: the scrape's timeout is monotonic. Limits: see ScrapeLimits.
/// Never: sends part of a scrape; `up` and the samples travel in one batch.
class ScrapeJob final : public Job {
 public:
  ScrapeJob(std::shared_ptr<const ScrapeContext> context, ScrapeSettingsPtr settings,
            Target target);

  Pace pace() const override { return {.every = target_.interval, .seed = target_.hash}; }
  Task<void> round(WallTime at) override;
  void ended(WallTime at) override;

  /// New settings for the same target; what it exposed stays known when it still means the same.
  void adopt(std::shared_ptr<const ScrapeContext> context, ScrapeSettingsPtr settings,
             Target target, WallTime now);
  /// The job has more targets than its target_limit: every scrape fails with this.
  void refuse(std::string why) { refused_ = std::move(why); }

  const Target& target() const { return target_; }
  const ScrapeSettings& settings() const { return *settings_; }
  /// As Prometheus' targets API gives it.
  json::object to_json() const;
  const TargetSeries& series() const { return series_; }
  const ScrapeTotals& totals() const { return totals_; }
  bool is_up() const { return scraped_once_ && last_error_.empty(); }

 private:
  Task<Result<net::HttpReply>> fetch();
  Status ingest(const net::HttpReply& reply, WallTime at, ScrapedBatch& out, Ingested& counts);
  Result<net::HttpRequest> request() const;
  void finish(WallTime at, MonoTime began, const Result<net::HttpReply>& reply);
  void set_target(Target target);

  std::shared_ptr<const ScrapeContext> context_;
  ScrapeSettingsPtr settings_;
  Target target_;
  IngestRules rules_;
  ReportSeries report_;
  TargetSeries series_;
  std::string refused_;
  bool scraped_once_ = false;
  WallTime last_at_{};
  Nanos last_took_{0};
  std::string last_error_;
  ScrapeTotals totals_;
};

}  // namespace vigie::collect
