#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tsdb/series_set.h"

namespace vigie::tsdb {

/// Points of one series, compressed, never changed again.
struct Chunk {
  int64_t first = 0;  ///< Milliseconds, included.
  int64_t last = 0;   ///< Included.
  double last_value = 0;
  uint32_t count = 0;
  std::string bits;
};

/// Appends what lies in [from, to]. Errors: `corrupt` when the bits end early.
Status decode(std::string_view bits, uint32_t count, int64_t from, int64_t to,
              std::vector<Point>& out);

/// Grows one chunk: times as differences of differences, values by XOR with the one before
/// (Pelkonen et al., "Gorilla", VLDB 2015; the layout of docs/formats/store-log.md).
class ChunkWriter {
 public:
  /// `at` must be later than every point before it.
  void add(int64_t at, double value);
  uint32_t count() const { return count_; }
  int64_t first() const { return first_; }
  int64_t last() const { return last_; }
  double last_value() const;
  size_t bytes() const { return bits_.size(); }
  /// What has been added so far.
  std::shared_ptr<const Chunk> copy() const;
  void clear();

 private:
  void put(uint64_t value, unsigned count);
  void put_value(uint64_t bits);

  std::string bits_;
  int64_t first_ = 0;
  int64_t last_ = 0;
  int64_t delta_ = 0;
  uint64_t last_bits_ = 0;
  uint32_t count_ = 0;
  uint8_t free_ = 0;  // Unused bits of the last byte.
  uint8_t lead_ = 255;
  uint8_t trail_ = 0;
};

}  // namespace vigie::tsdb
