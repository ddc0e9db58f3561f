#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace vigie::tsdb {

enum class MatchOp : uint8_t { equal, not_equal, regex, not_regex };

/// "=", "!=", "=~" or "!~".
std::string_view symbol_of(MatchOp op);

/// One condition on one label. Patterns are RE2's, anchored at both ends; a missing label counts
/// as the empty string (Prometheus' rule), so `a!="x"` and `a=""` match series without `a`.
/// Immutable and cheap to copy; any thread.
class Matcher {
 public:
  /// Errors: `invalid` when the pattern does not compile.
  static Result<Matcher> make(MatchOp op, std::string name, std::string value);
  /// Never fails: no pattern is involved.
  static Matcher equal(std::string name, std::string value);

  MatchOp op() const { return op_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

  bool matches(std::string_view value) const;
  bool matches_empty() const { return matches_empty_; }
  /// The only values that can match, when the pattern is a plain alternation such as `a|b|c`;
  /// empty when unknown. Positive operators only.
  const std::vector<std::string>& literal_values() const { return literals_; }
  /// `name=~"value"`.
  std::string text() const;

  bool operator==(const Matcher& other) const {
    return op_ == other.op_ && name_ == other.name_ && value_ == other.value_;
  }

 private:
  struct Pattern;

  Matcher() = default;

  MatchOp op_ = MatchOp::equal;
  bool matches_empty_ = false;
  std::string name_;
  std::string value_;
  std::vector<std::string> literals_;
  std::shared_ptr<const Pattern> pattern_;
};

using Matchers = std::vector<Matcher>;

/// True when every matcher accepts.
bool all_match(const Matchers& matchers, const Labels& labels);

}  // namespace vigie::tsdb
