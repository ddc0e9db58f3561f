#include "oncall/weekly.h"

#include <fmt/core.h>

#include <algorithm>
#include <string>

namespace vigie::oncall {

namespace {

constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr Millis kDay = std::chrono::hours{24};

LocalTime midnight(int64_t days) {
  return LocalTime{std::chrono::days{days}};
}

std::optional<int> parse_day(std::string_view text) {
  const auto found = std::ranges::find(kDays, text);
  if (found == kDays.end()) { return std::nullopt; }
  return static_cast<int>(found - kDays.begin());
}

/// "08:00", and "24:00" for the end of a day.
std::optional<Millis> parse_clock(std::string_view text) {
  if (text == "24:00") { return kDay; }
  const Result<LocalTime> time = parse_local("2026-01-05 " + std::string(text));
  if (text.empty() || !time) { return std::nullopt; }
  return civil_day(*time).since_midnight;
}

/// "Mon", "Mon..Thu", "Sat,Sun", "Fri..Mon" (over the week's end).
Status parse_days(std::string_view text, std::array<bool, 7>& out) {
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find(','));
    text.remove_prefix(std::min(text.size(), part.size() + 1));
    const size_t dots = part.find("..");
    const std::optional<int> first = parse_day(part.substr(0, dots));
    const std::optional<int> last =
        dots == std::string_view::npos ? first : parse_day(part.substr(dots + 2));
    if (!first || !last) {
      return error(Code::invalid, fmt::format("not a day or days: \"{}\" (Mon, Mon..Fri)", part));
    }
    for (int day = *first;; day = (day + 1) % 7) {
      out[static_cast<size_t>(day)] = true;
      if (day == *last) { break; }
    }
  }
  return ok();
}

Error not_a_span(std::string_view text) {
  return error(Code::invalid,
               fmt::format("not a weekly span: \"{}\" (write \"Fri 17:00..Mon 08:00\", "
                           "\"Mon..Fri 08:00..18:00\" or \"Sat,Sun\")",
                           text));
}

/// "Fri 17:00..Mon 08:00", already split at the dots.
Result<WeeklySpan> parse_over_days(std::string_view from, std::string_view to,
                                   std::string_view whole) {
  const std::optional<int> first = parse_day(from.substr(0, 3));
  const std::optional<int> last = parse_day(to.substr(0, 3));
  const std::optional<Millis> from_clock = parse_clock(from.substr(4));
  const std::optional<Millis> to_clock = parse_clock(to.substr(4));
  if (!first || !last || !from_clock || !to_clock) { return not_a_span(whole); }
  WeeklySpan span;
  span.starts_on[static_cast<size_t>(*first)] = true;
  span.from = *from_clock;
  span.to = *to_clock + kDay * ((*last - *first + 7) % 7);
  if (span.to <= span.from) { span.to += 7 * kDay; }
  return span;
}

}  // namespace

Result<WeeklySpan> parse_weekly_span(std::string_view text) {
  const size_t dots = text.rfind("..");
  const bool clocked = text.find(':') != std::string_view::npos;
  WeeklySpan span;
  if (!clocked) {
    if (text.empty()) { return not_a_span(text); }
    VIGIE_CHECK(parse_days(text, span.starts_on));
    span.to = kDay;
    return span;
  }
  if (dots == std::string_view::npos) { return not_a_span(text); }
  std::string_view before = text.substr(0, dots);
  const std::string_view after = text.substr(dots + 2);
  if (after.size() > 5 && after[3] == ' ' && before.size() > 4 && before[3] == ' ') {
    return parse_over_days(before, after, text);
  }
  const size_t blank = before.rfind(' ');
  if (blank == std::string_view::npos) {
    span.starts_on.fill(true);
  } else {
    VIGIE_CHECK(parse_days(before.substr(0, blank), span.starts_on));
    before.remove_prefix(blank + 1);
  }
  const std::optional<Millis> from = parse_clock(before);
  const std::optional<Millis> to = parse_clock(after);
  if (!from || !to || *from == kDay) { return not_a_span(text); }
  span.from = *from;
  span.to = *to > *from ? *to : *to + kDay;
  return span;
}

bool WeeklySpan::covers(LocalTime at) const {
  const CivilDay today = civil_day(at);
  // A span may have begun up to a week ago.
  for (int back = 0; back <= 7; ++back) {
    const int weekday = CivilDay{.days = today.days - back}.weekday();
    if (!starts_on[static_cast<size_t>(weekday)]) { continue; }
    const LocalTime start = midnight(today.days - back);
    if (start + from <= at && at < start + to) { return true; }
  }
  return false;
}

std::optional<LocalTime> WeeklySpan::next_edge(LocalTime at) const {
  const CivilDay today = civil_day(at);
  std::optional<LocalTime> best;
  for (int shift = -8; shift <= 8; ++shift) {
    const int weekday = CivilDay{.days = today.days + shift}.weekday();
    if (!starts_on[static_cast<size_t>(weekday)]) { continue; }
    for (const Millis edge : {from, to}) {
      const LocalTime candidate = midnight(today.days + shift) + edge;
      if (candidate > at && (!best || candidate < *best)) { best = candidate; }
    }
  }
  return best;
}

}  // namespace vigie::oncall
