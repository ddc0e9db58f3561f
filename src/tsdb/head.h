#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/labels.h"
#include "tsdb/chunk.h"
#include "tsdb/chunk_file.h"
#include "tsdb/matcher.h"

namespace vigie::tsdb {

/// A series' chunks in one file.
struct Stored {
  std::shared_ptr<const ChunkFile> file;
  Stretch stretch;
};

/// One series in memory. What readers see is guarded by the store's mutex; the last four members
/// belong to the appending thread.
struct Series {
  uint64_t id = 0;
  std::string labels;  // Packed.
  std::vector<Stored> stored;
  std::vector<std::shared_ptr<const Chunk>> closed;
  ChunkWriter open;
  int64_t newest = INT64_MIN;
  double newest_value = 0;

  uint64_t hash = 0;
  uint64_t logged_in = 0;  // The segment that holds its definition.
  uint64_t staged_in = 0;  // The batch that holds staged_at and staged_value.
  int64_t staged_at = 0;
  double staged_value = 0;

  bool has_points_in(int64_t from, int64_t to) const;
  bool has_points() const { return newest != INT64_MIN; }
};

/// All series and the way from labels to them: name -> value -> sorted series ids. Not
/// synchronised: the store's mutex guards it; the appending thread alone changes it.
class Head {
 public:
  using Ids = std::vector<uint64_t>;

  Series* find(const Labels& labels, uint64_t hash) const;
  Series* find_packed(std::string_view packed, uint64_t hash) const;
  Series* by_id(uint64_t id) const;
  Series& add(std::string packed, uint64_t hash);
  /// Removes the series for which `gone` holds from the index.
  template <class Gone>
  void remove_if(Gone gone) {
    std::vector<uint64_t> dead;
    for (const auto& [id, series] : series_) {
      if (gone(*series)) { dead.push_back(id); }
    }
    if (!dead.empty()) { remove(std::move(dead)); }
  }

  size_t size() const { return series_.size(); }
  const auto& all() const { return series_; }
  /// Ids of the series that match, ascending.
  Ids match(const Matchers& matchers) const;
  using Values = std::map<std::string, Ids, std::less<>>;
  const std::map<std::string, Values, std::less<>>& index() const { return index_; }

 private:
  void remove(std::vector<uint64_t> dead);
  Ids candidates(const Matcher& matcher) const;

  std::unordered_map<uint64_t, std::unique_ptr<Series>> series_;
  std::unordered_multimap<uint64_t, Series*> by_hash_;
  std::map<std::string, Values, std::less<>> index_;
  uint64_t next_id_ = 1;
};

}  // namespace vigie::tsdb
