#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace vigie::collect {

/// Groups of one match; views into the text that was matched. Reusable.
struct PatternMatch {
  std::vector<std::string_view> groups;  ///< 0 is the whole.
};

/// See relabel.h. Immutable, any thread.
class AnchoredPattern {
 public:
  /// Error: `invalid` with RE2's reason.
  static Result<std::shared_ptr<const AnchoredPattern>> compile(std::string_view regex);
  ~AnchoredPattern();

  bool matches(std::string_view text) const;
  bool match(std::string_view text, PatternMatch& out) const;
  /// Fills `$1`, `${1}`, `$name`, `${name}` and `$$` as Go's regexp does: an unknown group is
  /// empty, and `$1x` is the group called "1x".
  std::string expand(std::string_view tmpl, const PatternMatch& match) const;
  /// The expression is `(.*)`: group 1 is always the whole text.
  bool always_whole() const { return always_whole_; }
  const std::string& text() const { return text_; }

 private:
  struct Compiled;
  AnchoredPattern(std::string text, std::unique_ptr<Compiled> compiled);

  const std::string text_;
  const bool always_whole_;
  const std::unique_ptr<Compiled> compiled_;
};

/// A regular expression found anywhere in a text, for probes and robots. Immutable, any thread.
class SearchPattern {
 public:
  static Result<std::shared_ptr<const SearchPattern>> compile(std::string_view regex);
  ~SearchPattern();
  bool found_in(std::string_view text) const;
  const std::string& text() const { return text_; }

 private:
  struct Compiled;
  SearchPattern(std::string text, std::unique_ptr<Compiled> compiled);
  const std::string text_;
  const std::unique_ptr<Compiled> compiled_;
};

}  // namespace vigie::collect
