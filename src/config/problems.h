#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "config/node.h"

namespace vigie::config {

enum class Severity : uint8_t { error, warning };
std::string_view name_of(Severity severity);

/// One thing that is wrong with a book. `what` and `hint` never contain a secret.
struct Problem {
  Severity severity = Severity::error;
  Place place;
  std::string what;
  std::string hint;

  /// "oncall.yml:12:3: unknown key \"peple\" (did you mean \"people\"?)"; a warning says so.
  std::string text() const;
};

/// Everything wrong with a book, so that all of it is reported at once and not the first only.
/// Limits: the first 1000 are kept, the rest only counted.
class Problems {
 public:
  void error(Place place, std::string what, std::string hint = "");
  void warn(Place place, std::string what, std::string hint = "");

  /// No error; warnings may exist.
  bool ok() const { return errors_ == 0; }
  size_t errors() const { return errors_; }
  size_t warnings() const { return warnings_; }
  /// In the order of finding.
  std::span<const Problem> list() const { return list_; }
  /// Stable by file, line and column, as people read them.
  std::vector<Problem> sorted() const;
  /// One line each, sorted, with a closing line when some were not kept; "" when there are none.
  std::string text() const;
  /// [{severity, file, line, column, what, hint}], sorted.
  json::array to_json() const;
  void append(const Problems& more);

 private:
  void add(Problem problem);

  std::vector<Problem> list_;
  size_t errors_ = 0;
  size_t warnings_ = 0;
};

/// The candidate nearest to `word`, "" when none is near: at most a third of the letters wrong, a
/// swap of neighbours counting as one.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);
/// `did you mean "people"?`, or "".
std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);
std::string did_you_mean(std::string_view word, std::span<const std::string> candidates);
std::string did_you_mean(std::string_view word, std::initializer_list<std::string_view> candidates);

}  // namespace vigie::config
