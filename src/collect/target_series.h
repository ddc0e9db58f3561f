#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "collect/exposition.h"
#include "collect/relabel.h"
#include "collect/scraped.h"

namespace vigie::collect {

/// Bounds of one scrape; 0 means none. Beyond one of them the whole scrape fails.
struct ScrapeLimits {
  uint64_t samples_max = 0;
  uint64_t labels_max = 0;
  uint64_t label_name_bytes_max = 0;
  uint64_t label_value_bytes_max = 0;
  uint64_t body_bytes_max = 0;
  uint64_t targets_max = 0;
  bool operator==(const ScrapeLimits&) const = default;
};

/// How what a target exposes becomes series.
struct IngestRules {
  Labels target_labels;  ///< Without `__` names.
  bool honor_labels = false;
  bool honor_timestamps = true;
  bool track_timestamps_staleness = false;
  RelabelRules metric_relabel;
  ScrapeLimits limits;
};

struct Ingested {
  uint64_t scraped = 0;  ///< Samples in the body.
  uint64_t kept = 0;     ///< After metric_relabel_configs.
  uint64_t added = 0;    ///< Series that were not known before.
};

struct FamilyMetadata {
  MetricType type = MetricType::unknown;
  std::string help, unit;
};

/// What one target exposed last time: the way from the written text of a series to its labels
/// after relabeling, found again without hashing while the target keeps its order, and the series
/// that must be marked stale when they are no longer there.
///
/// Lives on: edge. Limits: as many series as one body holds; 20,000 families of metadata.
class TargetSeries {
 public:
  /// Appends the samples of one body, then markers for what vanished. On an error nothing of the
  /// body is appended, but every series of the last body is marked. Error: `invalid` with the
  /// line, `exhausted` for a limit.
  Result<Ingested> ingest(std::string_view body, Grammar grammar, const IngestRules& rules,
                          WallTime at, ScrapedBatch& out);
  /// Marks all series stale: the scrape failed or the target is gone.
  void end_all(WallTime at, ScrapedBatch& out);
  /// The relabeling changed: what was known under the old rules ends.
  void forget(WallTime at, ScrapedBatch& out);

  /// What was counted of the last body, also when it was refused.
  const Ingested& counted() const { return counts_; }
  size_t size() const { return entries_.size(); }
  const std::map<std::string, FamilyMetadata, std::less<>>& metadata() const { return metadata_; }

 private:
  struct Entry {
    std::string text;
    std::shared_ptr<Series> series;  ///< Null when relabeling drops it.
    uint64_t seen = 0;               ///< The round it was last seen in.
    uint32_t position = 0;           ///< In `order_`.
    bool tracked = false;            ///< Ends with a marker when it vanishes.
    bool live = false;               ///< Of the last good body and tracked.
  };

  Result<Entry*> entry_of(const ExpositionReader& reader, Grammar grammar,
                          const IngestRules& rules);
  Status count_rest(ExpositionReader& reader, Grammar grammar, const IngestRules& rules);
  Result<std::shared_ptr<Series>> make_series(const ExpositionReader& reader, Grammar grammar,
                                              const IngestRules& rules) const;
  Status read_all(ExpositionReader& reader, Grammar grammar, const IngestRules& rules, WallTime at,
                  ScrapedBatch& out);
  void give_up(WallTime at, ScrapedBatch& out);
  void note_metadata(ExpositionReader::Item item, const ExpositionReader& reader);
  void drop_unseen(WallTime at, ScrapedBatch& out);

  std::unordered_map<std::string_view, std::unique_ptr<Entry>> entries_;
  std::vector<Entry*> order_, next_order_;
  size_t position_ = 0;
  uint64_t round_ = 0;
  Ingested counts_;
  std::map<std::string, FamilyMetadata, std::less<>> metadata_;
};

/// Puts the target's labels on a sample's: with honor_labels the sample's win, else they move to
/// `exported_…`.
Labels with_target_labels(std::vector<Labels::Pair> sample, const Labels& target,
                          bool honor_labels);

}  // namespace vigie::collect
