#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "base/time.h"
#include "model/labels.h"
#include "tsdb/matcher.h"

namespace vigie::tsdb {

/// One value at one instant, without its labels.
struct Point {
  WallTime at;
  double value = 0;
};

/// Where the points of one series come from; immutable, any thread.
class PointSource {
 public:
  virtual ~PointSource() = default;
  /// Appends the points of [from, to] in ascending time. Errors: `io`, `corrupt`.
  virtual Status read(WallTime from, WallTime to, std::vector<Point>& out) const = 0;
};

/// One series of a snapshot.
class SeriesView {
 public:
  SeriesView(Labels labels, std::shared_ptr<const PointSource> source)
      : labels_(std::move(labels)), source_(std::move(source)) {}

  const Labels& labels() const { return labels_; }
  /// Appends the points of [from, to], staleness markers included, in ascending time.
  Status read(WallTime from, WallTime to, std::vector<Point>& out) const {
    return source_->read(from, to, out);
  }

 private:
  Labels labels_;
  std::shared_ptr<const PointSource> source_;
};

/// An immutable snapshot of the series that were asked for, sorted by labels. It stays readable
/// on any thread while appends and retention go on.
class SeriesSet {
 public:
  SeriesSet() = default;
  explicit SeriesSet(std::vector<SeriesView> series) : series_(std::move(series)) {}

  auto begin() const { return series_.begin(); }
  auto end() const { return series_.end(); }
  size_t size() const { return series_.size(); }
  bool empty() const { return series_.empty(); }
  const SeriesView& operator[](size_t i) const { return series_[i]; }

 private:
  std::vector<SeriesView> series_;
};

/// What queries need of a store. Any thread.
class Querier {
 public:
  virtual ~Querier() = default;
  /// The series that match and may have points in [from, to].
  virtual Result<SeriesSet> select(const Matchers& matchers, WallTime from, WallTime to) const = 0;
};

}  // namespace vigie::tsdb
