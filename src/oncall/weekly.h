#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "base/zone.h"

/// Spans that come back every week in local time: when a layer is on duty, when a page may wait.
namespace vigie::oncall {

/// "Fri 17:00..Mon 08:00" is one span over days; "Mon..Thu 20:00..08:00" and "Sat,Sun" are a span
/// of each day named, from a time to a time (the next day's when it is not later); "08:00..18:00"
/// is one of every day. All are [start, end) and civil: their ends follow the clock on the wall.
struct WeeklySpan {
  std::array<bool, 7> starts_on{};  ///< Monday first.
  Millis from{0};                   ///< Since the midnight of a day it starts on.
  Millis to{0};                     ///< Since that same midnight; up to a week more than `from`.

  bool covers(LocalTime at) const;
  /// The first start or end after `at`, as a local time; nullopt when it starts on no day.
  std::optional<LocalTime> next_edge(LocalTime at) const;
};

/// Errors: `invalid` with what is wrong.
Result<WeeklySpan> parse_weekly_span(std::string_view text);

}  // namespace vigie::oncall
