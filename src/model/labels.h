#pragma once

#include <compare>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace vigie {

/// A label set: names sorted bytewise and unique, empty values absent (Prometheus' rule that an
/// empty label equals a missing one). `__name__` is a label like any other.
class Labels {
 public:
  using Pair = std::pair<std::string, std::string>;

  Labels() = default;
  Labels(std::initializer_list<Pair> pairs);
  /// Sorts, drops empty values; of equal names the last wins.
  explicit Labels(std::vector<Pair> pairs);

  /// The value, or "" when absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  void set(std::string_view name, std::string_view value);  ///< An empty value erases.
  void erase(std::string_view name);

  size_t size() const { return pairs_.size(); }
  bool empty() const { return pairs_.empty(); }
  auto begin() const { return pairs_.begin(); }
  auto end() const { return pairs_.end(); }

  /// Stable across processes and versions (xxh-style 64 bit over names and values): a fingerprint.
  uint64_t hash() const;
  /// `name{a="b", c="d"}` with Prometheus' escapes; `{}` when empty.
  std::string text() const;

  auto operator<=>(const Labels&) const = default;

 private:
  std::vector<Pair> pairs_;
};

inline constexpr std::string_view kMetricName = "__name__";

/// 16 lower-case hexadecimal digits of hash().
std::string fingerprint(const Labels& labels);

}  // namespace vigie

template <>
struct std::hash<vigie::Labels> {
  size_t operator()(const vigie::Labels& l) const noexcept { return l.hash(); }
};
