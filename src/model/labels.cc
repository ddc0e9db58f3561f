#include "model/labels.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>

namespace vigie {

namespace {

bool by_name(const Labels::Pair& pair, std::string_view name) {
  return pair.first < name;
}

constexpr uint64_t kPrime = 0x9E3779B185EBCA87ULL;

uint64_t mix(uint64_t h, std::string_view bytes) {
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word = 0;
    std::memcpy(&word, bytes.data() + i, 8);
    h = (h ^ word) * kPrime;
    h ^= h >> 29;
  }
  uint64_t tail = 0;
  if (i < bytes.size()) { std::memcpy(&tail, bytes.data() + i, bytes.size() - i); }
  // The length goes in so that ("ab","c") and ("a","bc") differ.
  h = (h ^ tail) * kPrime;
  h = (h ^ bytes.size()) * kPrime;
  return h ^ (h >> 32);
}

void append_escaped(std::string& out, std::string_view value) {
  for (const char c : value) {
    if (c == '\\' || c == '"') { out += '\\'; }
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    out += c;
  }
}

}  // namespace

Labels::Labels(std::initializer_list<Pair> pairs) : Labels(std::vector<Pair>(pairs)) {}

Labels::Labels(std::vector<Pair> pairs) : pairs_(std::move(pairs)) {
  const auto less = [](const Pair& a, const Pair& b) { return a.first < b.first; };
  if (!std::is_sorted(pairs_.begin(), pairs_.end(), less)) {
    std::stable_sort(pairs_.begin(), pairs_.end(), less);
  }
  size_t kept = 0;
  for (size_t i = 0; i < pairs_.size(); ++i) {
    const bool overridden = i + 1 < pairs_.size() && pairs_[i + 1].first == pairs_[i].first;
    if (overridden || pairs_[i].second.empty()) { continue; }
    if (kept != i) { pairs_[kept] = std::move(pairs_[i]); }
    ++kept;
  }
  pairs_.resize(kept);
}

std::string_view Labels::get(std::string_view name) const {
  const auto it = std::lower_bound(pairs_.begin(), pairs_.end(), name, by_name);
  return it != pairs_.end() && it->first == name ? std::string_view(it->second)
                                                 : std::string_view();
}

bool Labels::has(std::string_view name) const {
  return !get(name).empty();
}

void Labels::set(std::string_view name, std::string_view value) {
  const auto it = std::lower_bound(pairs_.begin(), pairs_.end(), name, by_name);
  const bool found = it != pairs_.end() && it->first == name;
  if (value.empty()) {
    if (found) { pairs_.erase(it); }
  } else if (found) {
    it->second = value;
  } else {
    pairs_.emplace(it, std::string(name), std::string(value));
  }
}

void Labels::erase(std::string_view name) {
  set(name, "");
}

uint64_t Labels::hash() const {
  uint64_t h = 0x27D4EB2F165667C5ULL;
  for (const auto& [name, value] : pairs_) {
    h = mix(h, name);
    h = mix(h, value);
  }
  return h;
}

std::string Labels::text() const {
  std::string out(get(kMetricName));
  std::string inner;
  for (const auto& [name, value] : pairs_) {
    if (name == kMetricName) { continue; }
    if (!inner.empty()) { inner += ", "; }
    inner += name;
    inner += "=\"";
    append_escaped(inner, value);
    inner += '"';
  }
  if (!inner.empty() || out.empty()) { out += "{" + inner + "}"; }
  return out;
}

std::string fingerprint(const Labels& labels) {
  return fmt::format("{:016x}", labels.hash());
}

}  // namespace vigie
