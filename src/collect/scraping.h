#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "collect/file_discovery.h"
#include "collect/scrape_job.h"

namespace vigie::collect {

/// All scrape jobs of a book: keeps the running targets equal to what discovery and relabeling
/// say. Lives on: edge. Durable: nothing.
class Scraping {
 public:
  Scraping(Loop& loop, Rounds& rounds, Fetch fetch, SampleSink sink)
      : loop_(loop), rounds_(rounds), fetch_(std::move(fetch)), sink_(std::move(sink)) {}

  /// Targets that stay keep their phase and what they exposed last.
  void adopt(std::vector<ScrapeSettingsPtr> jobs, const config::Secrets& secrets);
  /// Reads discovery files that changed or are due, and follows them.
  void refresh(MonoTime now);

  /// `data` of /api/v1/targets. `state`: "active", "dropped" or anything else for both.
  json::object targets_json(std::string_view state, std::string_view pool) const;
  /// `data` of /api/v1/metadata: family → [{type, help, unit}].
  json::object metadata_json(std::string_view metric, size_t limit) const;
  struct Telemetry {
    ScrapeTotals totals;
    size_t targets = 0, up = 0, dropped = 0, discovery_errors = 0;
  };
  Telemetry telemetry() const;

 private:
  struct Pool {
    ScrapeSettingsPtr settings;
    FileTargets files;
    std::map<uint64_t, std::shared_ptr<ScrapeJob>> targets;
    TargetList list;
  };
  void sync(Pool& pool);
  void end_target(const std::string& job, uint64_t hash, ScrapeJob& target);

  Loop& loop_;
  Rounds& rounds_;
  const Fetch fetch_;
  const SampleSink sink_;
  std::shared_ptr<const ScrapeContext> context_;
  std::map<std::string, Pool> pools_;
  ScrapeTotals ended_totals_;
};

}  // namespace vigie::collect
