#include "promql/value.h"

#include <algorithm>
#include <unordered_map>

namespace vigie::promql {

namespace {

void add_once(std::vector<std::string>& list, std::string text) {
  // A rule over thousands of series would otherwise say the same thing thousands of times.
  constexpr size_t kNotesMax = 100;
  if (list.size() >= kNotesMax) { return; }
  if (std::find(list.begin(), list.end(), text) == list.end()) { list.push_back(std::move(text)); }
}

bool join(Column& into, const Column& from) {
  for (size_t i = 0; i < from.values.size(); ++i) {
    if (is_absent(from.values[i])) { continue; }
    if (!is_absent(into.values[i])) { return false; }
    into.values[i] = from.values[i];
  }
  into.drop_name = into.drop_name || from.drop_name;
  return true;
}

// The bytes of a text that do not fit into the string itself.
uint64_t outside(const std::string& text) {
  constexpr size_t kInside = 15;
  return text.size() > kInside ? text.size() + 1 : 0;
}

}  // namespace

uint64_t bytes_of(const Labels& labels) {
  uint64_t bytes = labels.size() * sizeof(Labels::Pair);
  for (const auto& [name, value] : labels) { bytes += outside(name) + outside(value); }
  return bytes;
}

uint64_t column_bytes(const Labels& labels, size_t steps) {
  return sizeof(Column) + bytes_of(labels) + steps * sizeof(double);
}

uint64_t bytes_of(const Value& value) {
  uint64_t bytes = value.scalars.size() * sizeof(double);
  for (const Column& c : value.columns) { bytes += column_bytes(c.labels, c.values.size()); }
  return bytes;
}

Status merge_same(Columns& columns) {
  if (columns.size() < 2) { return ok(); }
  std::unordered_map<uint64_t, std::vector<size_t>> seen;
  seen.reserve(columns.size());
  size_t kept = 0;
  for (size_t i = 0; i < columns.size(); ++i) {
    std::vector<size_t>& same_hash = seen[columns[i].labels.hash()];
    const auto twin = std::find_if(same_hash.begin(), same_hash.end(), [&](size_t k) {
      return columns[k].labels == columns[i].labels;
    });
    if (twin != same_hash.end()) {
      if (!join(columns[*twin], columns[i])) {
        return error(Code::invalid, "vector cannot contain metrics with the same labelset");
      }
      continue;
    }
    same_hash.push_back(kept);
    if (kept != i) { columns[kept] = std::move(columns[i]); }
    ++kept;
  }
  columns.resize(kept);
  return ok();
}

void drop_empty(Columns& columns) {
  std::erase_if(columns, [](const Column& c) {
    return std::all_of(c.values.begin(), c.values.end(), is_absent);
  });
}

void Notes::warn(std::string text) {
  add_once(warnings, "PromQL warning: " + std::move(text));
}
void Notes::info(std::string text) {
  add_once(infos, "PromQL info: " + std::move(text));
}

}  // namespace vigie::promql
