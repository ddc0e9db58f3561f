#include "collect/scrape_job.h"

#include <fmt/core.h>

namespace vigie::collect {

namespace {

constexpr std::string_view kReports[] = {"up",
                                         "scrape_duration_seconds",
                                         "scrape_samples_scraped",
                                         "scrape_samples_post_metric_relabeling",
                                         "scrape_series_added",
                                         "scrape_timeout_seconds",
                                         "scrape_sample_limit",
                                         "scrape_body_size_bytes"};
constexpr size_t kReportsAlways = 5;

double seconds_of(Nanos d) {
  return std::chrono::duration<double>(d).count();
}

}  // namespace

ScrapeTotals& operator+=(ScrapeTotals& all, const ScrapeTotals& more) {
  all.scrapes += more.scrapes;
  all.failed += more.failed;
  all.samples += more.samples;
  all.bytes += more.bytes;
  all.refused_samples += more.refused_samples;
  return all;
}

ReportSeries::ReportSeries(const Labels& target_labels, bool extra) {
  const size_t count = extra ? std::size(kReports) : kReportsAlways;
  for (size_t i = 0; i < count; ++i) {
    Labels labels = target_labels;
    labels.set(kMetricName, kReports[i]);
    series_.push_back(std::make_shared<Series>(std::move(labels)));
  }
}

void ReportSeries::add(const Values& values, WallTime at, ScrapedBatch& out) const {
  const double numbers[] = {values.up ? 1.0 : 0.0,
                            values.seconds,
                            static_cast<double>(values.counts.scraped),
                            static_cast<double>(values.counts.kept),
                            static_cast<double>(values.counts.added),
                            values.timeout_seconds,
                            static_cast<double>(values.sample_limit),
                            static_cast<double>(values.body_bytes)};
  for (size_t i = 0; i < series_.size(); ++i) { out.push_back({series_[i], at, numbers[i]}); }
}

void ReportSeries::end(WallTime at, ScrapedBatch& out) const {
  for (const auto& series : series_) { out.push_back({series, at, stale_marker()}); }
}

ScrapeJob::ScrapeJob(std::shared_ptr<const ScrapeContext> context, ScrapeSettingsPtr settings,
                     Target target)
    : context_(std::move(context)),
      settings_(std::move(settings)),
      report_(target.labels, settings_->extra_metrics) {
  set_target(std::move(target));
}

void ScrapeJob::set_target(Target target) {
  target_ = std::move(target);
  rules_ = settings_->ingest;
  rules_.target_labels = target_.labels;
}

void ScrapeJob::adopt(std::shared_ptr<const ScrapeContext> context, ScrapeSettingsPtr settings,
                      Target target, WallTime now) {
  context_ = std::move(context);
  refused_.clear();
  const bool same_meaning = settings->ingest_text == settings_->ingest_text;
  if (settings->extra_metrics != settings_->extra_metrics) {
    report_ = ReportSeries(target.labels, settings->extra_metrics);
  }
  settings_ = std::move(settings);
  set_target(std::move(target));
  if (same_meaning) { return; }
  ScrapedBatch ended;
  series_.forget(now, ended);
  if (!ended.empty()) { static_cast<void>(context_->sink(std::move(ended)).has_value()); }
}

Result<net::HttpRequest> ScrapeJob::request() const {
  net::HttpRequest request;
  request.url = target_.url;
  request.headers.set("Accept", settings_->accept);
  request.headers.set("User-Agent", "vigie/0.1");
  request.headers.set("X-Prometheus-Scrape-Timeout-Seconds",
                      fmt::format("{}", to_seconds(target_.timeout)));
  VIGIE_CHECK(authorize(settings_->access, context_->secrets, request));
  return request;
}

Task<Result<net::HttpReply>> ScrapeJob::fetch() {
  if (!refused_.empty()) { co_return error(Code::exhausted, refused_); }
  VIGIE_CO_TRY(net::HttpRequest asked, request());
  net::HttpOptions options = options_of(settings_->access, context_->secrets);
  options.limits.body_bytes_max = rules_.limits.body_bytes_max;
  const MonoTime deadline = context_->loop.clock().mono() + Nanos(target_.timeout);
  Result<net::HttpReply> reply =
      co_await context_->fetch(std::move(asked), std::move(options), deadline);
  if (reply && reply->status != 200) {
    co_return error(Code::unavailable,
                    fmt::format("server returned HTTP status {}", reply->status));
  }
  co_return reply;
}

Status ScrapeJob::ingest(const net::HttpReply& reply, WallTime at, ScrapedBatch& out,
                         Ingested& counts) {
  const std::string_view type = reply.headers.get("Content-Type");
  std::optional<Grammar> grammar = grammar_of(type);
  if (!grammar) { grammar = settings_->fallback; }
  if (!grammar) {
    series_.end_all(at, out);
    return error(Code::invalid,
                 fmt::format("the answer's Content-Type \"{:.80}\" is no exposition format and "
                             "the job has no fallback_scrape_protocol",
                             type));
  }
  const Result<Ingested> ingested = series_.ingest(reply.body, *grammar, rules_, at, out);
  // Counted is counted, also of a body that was refused: an alert on a limit looks at it.
  counts = series_.counted();
  return ingested ? ok() : Status(ingested.error());
}

Task<void> ScrapeJob::round(WallTime at) {
  const MonoTime began = context_->loop.clock().mono();
  Result<net::HttpReply> reply = co_await fetch();
  // A scrape that we gave up ourselves says nothing about the target.
  if (!reply && reply.error().code == Code::cancelled) { co_return; }
  finish(at, began, reply);
}

void ScrapeJob::finish(WallTime at, MonoTime began, const Result<net::HttpReply>& reply) {
  last_at_ = at;
  last_took_ = context_->loop.clock().mono() - began;
  ScrapedBatch out;
  Ingested counts;
  last_error_.clear();
  if (!reply) {
    last_error_ = reply.error().what;
    series_.end_all(at, out);
  } else {
    const Status ingested = ingest(*reply, at, out, counts);
    if (!ingested) { last_error_ = ingested.error().what; }
    totals_.bytes += reply->body.size();
  }
  scraped_once_ = true;
  ++totals_.scrapes;
  totals_.failed += last_error_.empty() ? 0 : 1;
  totals_.samples += last_error_.empty() ? counts.scraped : 0;
  report_.add({.up = last_error_.empty(),
               .seconds = seconds_of(last_took_),
               .counts = counts,
               .timeout_seconds = to_seconds(target_.timeout),
               .sample_limit = rules_.limits.samples_max,
               .body_bytes = reply ? static_cast<int64_t>(reply->body.size()) : -1},
              at, out);
  const size_t size = out.size();
  const Status sent = context_->sink(std::move(out));
  if (!sent) {
    totals_.refused_samples += size;
    last_error_ = sent.error().what;
  }
}

void ScrapeJob::ended(WallTime at) {
  if (!scraped_once_) { return; }
  ScrapedBatch out;
  series_.end_all(at, out);
  report_.end(at, out);
  static_cast<void>(context_->sink(std::move(out)).has_value());
}

json::object ScrapeJob::to_json() const {
  const auto as_object = [](const Labels& labels) {
    json::object object;
    for (const auto& [name, value] : labels) { object[name] = value; }
    return object;
  };
  json::object out;
  out["discoveredLabels"] = as_object(target_.discovered);
  out["labels"] = as_object(target_.labels);
  out["scrapePool"] = settings_->job;
  out["scrapeUrl"] = target_.url;
  out["globalUrl"] = target_.url;
  out["lastError"] = last_error_;
  out["lastScrape"] = scraped_once_ ? rfc3339(last_at_) : "0001-01-01T00:00:00Z";
  out["lastScrapeDuration"] = seconds_of(last_took_);
  out["health"] = !scraped_once_ ? "unknown" : last_error_.empty() ? "up" : "down";
  out["scrapeInterval"] = format_duration(target_.interval);
  out["scrapeTimeout"] = format_duration(target_.timeout);
  return out;
}

}  // namespace vigie::collect
