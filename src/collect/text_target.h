#pragma once

#include <string_view>

#include "collect/scrape_job.h"
#include "collect/target_series.h"

namespace vigie::collect {

/// A source inside Vigie (collector, probe, robot, fleet) whose text goes the way of a scrape.
class TextTarget {
 public:
  TextTarget(Labels labels, SampleSink sink) : sink_(std::move(sink)) {
    rules_.target_labels = std::move(labels);
  }

  /// Text that ended in an error of ours is a bug; what vanished is marked stale.
  void accept(std::string_view text, WallTime at);
  /// The same, with `up` and the other series a scrape makes about itself.
  void accept_reported(std::string_view text, bool up, Nanos took, WallTime at);
  void end(WallTime at);
  const Labels& labels() const { return rules_.target_labels; }
  uint64_t refused() const { return refused_; }

 private:
  void send(ScrapedBatch batch);

  SampleSink sink_;
  IngestRules rules_;
  TargetSeries series_;
  std::unique_ptr<ReportSeries> report_;
  uint64_t refused_ = 0;
};

}  // namespace vigie::collect
