#pragma once

#include <string>

#include "promql/promql.h"

namespace vigie::promql {

/// As Go's strconv.FormatFloat(v, 'f', -1, 64): shortest digits that read back, no exponent;
/// "NaN", "+Inf", "-Inf".
std::string format_value(double value);

/// What a point of an answer takes as text, when its value has all its digits.
inline constexpr size_t kTextOfPoint = 44;
/// The `data` object of Prometheus' /api/v1/query and query_range:
/// {"resultType":"vector","result":[...]}.
std::string result_json(QueryResult result);
/// The same, behind what `out` has; each series is let go as it is written, so that a large answer
/// is not held twice.
void append_result(std::string& out, QueryResult result);

/// `{"__name__":"up","job":"x"}`.
std::string labels_json(const Labels& labels);
/// With quotes and JSON's escapes; bytes that are not UTF-8 become U+FFFD.
std::string json_text(std::string_view text);

}  // namespace vigie::promql
