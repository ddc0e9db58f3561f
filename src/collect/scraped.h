#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/sample.h"

namespace vigie::collect {

/// One series of one target, made once and shared by every sample of it.
struct Series {
  explicit Series(Labels l) : labels(std::move(l)) {}
  const Labels labels;
  /// The store's number for it. Owned by the loop that drains the sink; collect never touches it,
  /// so a steady scrape costs the store neither a hash nor a comparison of labels.
  uint64_t store_ref = 0;
};

struct ScrapedSample {
  std::shared_ptr<Series> series;
  WallTime at;
  double value = 0;
};

/// Samples in the order they were exposed, then the staleness markers.
using ScrapedBatch = std::vector<ScrapedSample>;

/// Takes one batch; called on the edge loop, must not block. An error means refused: the batch is
/// counted and the target shows it as its last error.
using SampleSink = std::function<Status(ScrapedBatch)>;

/// The same with labels by value, for those who do not keep series numbers.
SampleBatch to_samples(const ScrapedBatch& batch);

}  // namespace vigie::collect
