#include "tsdb/head.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>

#include "tsdb/packed_labels.h"

namespace vigie::tsdb {

bool Series::has_points_in(int64_t from, int64_t to) const {
  if (open.count() > 0 && open.first() <= to && open.last() >= from) { return true; }
  const auto overlaps = [&](const auto& span) { return span.first <= to && span.last >= from; };
  return std::any_of(closed.begin(), closed.end(), [&](const auto& c) { return overlaps(*c); }) ||
         std::any_of(stored.begin(), stored.end(),
                     [&](const auto& s) { return overlaps(s.stretch); });
}

Series* Head::find(const Labels& labels, uint64_t hash) const {
  const auto [first, last] = by_hash_.equal_range(hash);
  if (first == last) { return nullptr; }
  thread_local std::string packed;
  packed.clear();
  pack_into(packed, labels);
  for (auto it = first; it != last; ++it) {
    if (it->second->labels == packed) { return it->second; }
  }
  return nullptr;
}

Series* Head::find_packed(std::string_view packed, uint64_t hash) const {
  const auto [first, last] = by_hash_.equal_range(hash);
  for (auto it = first; it != last; ++it) {
    if (it->second->labels == packed) { return it->second; }
  }
  return nullptr;
}

Series* Head::by_id(uint64_t id) const {
  const auto it = series_.find(id);
  return it == series_.end() ? nullptr : it->second.get();
}

Series& Head::add(std::string packed, uint64_t hash) {
  auto made = std::make_unique<Series>();
  Series& series = *made;
  series.id = next_id_++;
  series.hash = hash;
  series.labels = std::move(packed);
  for (const auto& [name, value] : unpack(series.labels)) {
    index_[name][value].push_back(series.id);
  }
  by_hash_.emplace(hash, &series);
  series_.emplace(series.id, std::move(made));
  return series;
}

void Head::remove(std::vector<uint64_t> dead) {
  const std::unordered_set<uint64_t> gone(dead.begin(), dead.end());
  std::unordered_map<std::string, std::unordered_set<std::string>> touched;
  for (const uint64_t id : dead) {
    Series* series = by_id(id);
    for (const auto& [name, value] : unpack(series->labels)) { touched[name].insert(value); }
    const auto [first, last] = by_hash_.equal_range(series->hash);
    by_hash_.erase(std::find_if(first, last, [&](const auto& e) { return e.second == series; }));
    series_.erase(id);
  }
  for (const auto& [name, values] : touched) {
    Values& of_name = index_[name];
    for (const std::string& value : values) {
      Ids& ids = of_name[value];
      std::erase_if(ids, [&](uint64_t id) { return gone.contains(id); });
      if (ids.empty()) { of_name.erase(value); }
    }
    if (of_name.empty()) { index_.erase(name); }
  }
}

Head::Ids Head::candidates(const Matcher& matcher) const {
  const auto name = index_.find(matcher.name());
  if (name == index_.end()) { return {}; }
  const Values& values = name->second;
  Ids found;
  size_t lists = 0;
  const auto take = [&](const Ids& ids) {
    found.insert(found.end(), ids.begin(), ids.end());
    ++lists;
  };
  if (!matcher.literal_values().empty()) {
    for (const std::string& value : matcher.literal_values()) {
      const auto it = values.find(value);
      if (it != values.end()) { take(it->second); }
    }
  } else {
    for (const auto& [value, ids] : values) {
      if (matcher.matches(value)) { take(ids); }
    }
  }
  if (lists > 1) {
    std::sort(found.begin(), found.end());
    found.erase(std::unique(found.begin(), found.end()), found.end());
  }
  return found;
}

Head::Ids Head::match(const Matchers& matchers) const {
  // A matcher that accepts the empty string accepts series without the label too, which the
  // index does not list: such matchers filter, the others choose.
  bool chosen = false;
  Ids ids;
  for (const Matcher& matcher : matchers) {
    if (matcher.matches_empty()) { continue; }
    Ids these = candidates(matcher);
    if (chosen) {
      Ids both;
      std::set_intersection(ids.begin(), ids.end(), these.begin(), these.end(),
                            std::back_inserter(both));
      these = std::move(both);
    }
    ids = std::move(these);
    chosen = true;
    if (ids.empty()) { return ids; }
  }
  if (!chosen) {
    for (const auto& entry : series_) { ids.push_back(entry.first); }
    std::sort(ids.begin(), ids.end());
  }
  for (const Matcher& matcher : matchers) {
    if (!matcher.matches_empty()) { continue; }
    std::erase_if(
        ids, [&](uint64_t id) { return !matcher.matches(get(by_id(id)->labels, matcher.name())); });
  }
  return ids;
}

}  // namespace vigie::tsdb
