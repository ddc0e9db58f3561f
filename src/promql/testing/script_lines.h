#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"
#include "promql/value.h"

namespace vigie::promql {

/// `name{a="b"} 1 2+3x4 _ stale`: values one a step, absent_value() where there is none.
struct SeriesLine {
  Labels labels;
  std::vector<double> values;
  bool native = false;  ///< Has native histograms, which became gaps.
};
/// Errors: `invalid` when the line is no series.
Result<SeriesLine> parse_series_line(std::string_view line);

/// Values alone: "1+1x3 _ 5". Errors: `invalid`.
Status parse_values(std::string_view text, SeriesLine& out);

/// The next word, cut off `text`; "" at the end.
std::string_view take_word(std::string_view& text);
std::string_view trim(std::string_view text);
/// "5m", "90", "-30s" to milliseconds.
std::optional<int64_t> parse_instant(std::string_view text);

}  // namespace vigie::promql
