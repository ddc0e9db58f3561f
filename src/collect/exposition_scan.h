#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "collect/exposition.h"

namespace vigie::collect {

/// Bytes of the name and labels at the start of a line; 0 when there is neither or the braces do
/// not close.
size_t scan_series(std::string_view line, Grammar grammar);
/// Bytes of the quoted text at the start, quotes included; 0 when it does not end.
size_t scan_quoted(std::string_view text);
/// Decimal, Inf, NaN as Prometheus' parsers take them: no hexadecimal, no underscores, no overflow.
std::optional<double> scan_float(std::string_view text);
/// `{a="b", c="d"}` appended to `out`; with `with_name` a lone quoted text is the metric's name.
Status scan_labels(std::string_view braces, Grammar grammar, bool with_name,
                   std::vector<Labels::Pair>& out);
/// The legacy grammar of metric names: label names plus the colon.
bool is_metric_name(std::string_view text);

}  // namespace vigie::collect
