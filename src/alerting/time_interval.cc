#include "alerting/time_interval.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <span>

#include "alerting/tables.h"
#include "config/field.h"

namespace vigie::alerting {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

namespace {

constexpr Field kClockFields[] = {
    {.name = "start_time", .help = "HH:MM, included", .required = true},
    {.name = "end_time", .help = "HH:MM up to 24:00, not included", .required = true},
};
constexpr Field kSpanFields[] = {
    {.name = "times", .type = FieldType::list, .help = "times of the day", .fields = kClockFields},
    {.name = "weekdays", .type = FieldType::strings, .help = "monday:friday, sunday"},
    {.name = "days_of_month", .type = FieldType::strings, .help = "1:5, -3:-1"},
    {.name = "months", .type = FieldType::strings, .help = "january:march, 12"},
    {.name = "years", .type = FieldType::strings, .help = "2026:2028"},
    {.name = "location", .help = "IANA zone", .fallback = "UTC"},
};
constexpr Field kIntervalFields[] = {
    {.name = "name", .help = "how routes refer to it", .required = true},
    {.name = "time_intervals",
     .type = FieldType::list,
     .help = "the stretches of time",
     .fields = kSpanFields},
};

constexpr std::array<std::string_view, 7> kWeekdays{"sunday",   "monday", "tuesday", "wednesday",
                                                    "thursday", "friday", "saturday"};
constexpr std::array<std::string_view, 13> kMonths{
    "",     "january", "february",  "march",   "april",    "may",     "june",
    "july", "august",  "september", "october", "november", "december"};

/// How one word of a range is read, and what it may be.
struct Scale {
  std::string_view what;
  std::span<const std::string_view> words;
  bool numbers = true;
  int least = 0, most = 0;
};

std::optional<int> number_of(std::string_view text, const Scale& scale) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  for (size_t i = 0; i < scale.words.size(); ++i) {
    if (!scale.words[i].empty() && scale.words[i] == lowered) { return static_cast<int>(i); }
  }
  int value = 0;
  const auto [stop, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  const bool whole = failure == std::errc{} && stop == text.data() + text.size();
  if (!scale.numbers || !whole || value < scale.least || value > scale.most) {
    return std::nullopt;
  }
  return value;
}

std::vector<DayRange> read_ranges(const Settings& settings, std::string_view key,
                                  const Scale& scale, Problems& problems) {
  std::vector<DayRange> out;
  for (const std::string& text : settings.strings(key)) {
    const size_t colon = text.find(':');
    const std::optional<int> begin = number_of(text.substr(0, colon), scale);
    const std::optional<int> end =
        colon == std::string::npos ? begin : number_of(text.substr(colon + 1), scale);
    const bool zero = scale.least < 0 && begin && end && (*begin == 0 || *end == 0);
    if (!begin || !end || zero) {
      problems.error(settings.place_of(key), fmt::format("\"{}\" is no {}", text, scale.what));
      continue;
    }
    const bool mixed = *begin < 0 && *end > 0;
    const bool backwards = (*begin > 0) == (*end > 0) && *begin > *end;
    if (mixed || backwards) {
      problems.error(settings.place_of(key), fmt::format("\"{}\" ends before it begins", text));
      continue;
    }
    out.push_back({*begin, *end});
  }
  return out;
}

std::optional<int> minute_of(std::string_view text) {
  const auto digit = [&](size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4)) {
    return std::nullopt;
  }
  const int hour = (text[0] - '0') * 10 + text[1] - '0';
  const int minute = (text[3] - '0') * 10 + text[4] - '0';
  if (minute > 59 || hour > 24 || (hour == 24 && minute != 0)) { return std::nullopt; }
  return hour * 60 + minute;
}

std::vector<DayRange> read_clock(const Settings& settings, Problems& problems) {
  std::vector<DayRange> out;
  for (const Settings& item : settings.sections("times")) {
    const std::optional<int> begin = minute_of(item.text("start_time"));
    const std::optional<int> end = minute_of(item.text("end_time"));
    if (!begin || !end || *begin >= *end) {
      problems.error(item.place(), "start_time and end_time are HH:MM, the end behind the start",
                     "write 24:00 for midnight, and two entries for a night");
      continue;
    }
    out.push_back({*begin, *end});
  }
  return out;
}

TimeSpan read_span(const Settings& settings, Problems& problems) {
  TimeSpan span;
  span.minutes = read_clock(settings, problems);
  span.weekdays = read_ranges(settings, "weekdays",
                              {.what = "weekday", .words = kWeekdays, .numbers = false}, problems);
  span.days_of_month = read_ranges(settings, "days_of_month",
                                   {.what = "day of a month", .least = -31, .most = 31}, problems);
  span.months = read_ranges(settings, "months",
                            {.what = "month", .words = kMonths, .least = 1, .most = 12}, problems);
  span.years = read_ranges(settings, "years", {.what = "year", .least = 1, .most = 9999}, problems);
  const Result<Zone> zone = find_zone(settings.text("location"));
  if (zone) {
    span.zone = *zone;
  } else {
    problems.error(settings.place_of("location"), zone.error().what);
  }
  return span;
}

bool among(const std::vector<DayRange>& ranges, int value) {
  return ranges.empty() || std::ranges::any_of(ranges, [&](const DayRange& r) {
           return r.begin <= value && value <= r.end;
         });
}

/// A range of days clipped to a month of `length` days; negative days count from the end.
bool covers_day(const DayRange& range, int day, int length) {
  const auto real = [&](int d) { return d < 0 ? length + d + 1 : d; };
  return std::max(real(range.begin), 1) <= day && day <= std::min(real(range.end), length);
}

}  // namespace

std::span<const Field> time_interval_fields() {
  return kIntervalFields;
}

bool TimeSpan::covers(WallTime t) const {
  const CivilDay civil = civil_day(local_of(t, zone));
  const std::chrono::sys_days day{std::chrono::days{civil.days}};
  const std::chrono::year_month_day date{day};
  const int minute = static_cast<int>(civil.since_midnight / 1min);
  const int length = static_cast<int>(static_cast<unsigned>(std::chrono::year_month_day_last{
      date.year(), std::chrono::month_day_last{date.month()}}.day()));
  const int day_of_month = static_cast<int>(static_cast<unsigned>(date.day()));
  const bool clock = minutes.empty() || std::ranges::any_of(minutes, [&](const DayRange& r) {
                       return r.begin <= minute && minute < r.end;
                     });
  const bool dated =
      days_of_month.empty() || std::ranges::any_of(days_of_month, [&](const DayRange& r) {
        return covers_day(r, day_of_month, length);
      });
  return clock && dated &&
         among(weekdays, static_cast<int>(std::chrono::weekday{day}.c_encoding())) &&
         among(months, static_cast<int>(static_cast<unsigned>(date.month()))) &&
         among(years, static_cast<int>(date.year()));
}

TimeIntervals TimeIntervals::read(const Node& root, Problems& problems) {
  TimeIntervals out;
  for (const std::string_view key : {"time_intervals", "mute_time_intervals"}) {
    for (const Node& node : root[key].items()) {
      const Settings settings = Settings::read(node, kIntervalFields, problems);
      std::vector<TimeSpan> spans;
      for (const Settings& span : settings.sections("time_intervals")) {
        spans.push_back(read_span(span, problems));
      }
      const std::string name = settings.text("name");
      if (!out.named_.emplace(name, std::move(spans)).second) {
        problems.error(settings.place_of("name"),
                       fmt::format("time interval \"{}\" is defined twice", name));
      }
    }
  }
  return out;
}

bool TimeIntervals::covers(const std::string& name, WallTime t) const {
  const auto found = named_.find(name);
  if (found == named_.end()) { return false; }
  return std::ranges::any_of(found->second, [&](const TimeSpan& span) { return span.covers(t); });
}

std::vector<std::string> TimeIntervals::names() const {
  std::vector<std::string> out;
  for (const auto& [name, spans] : named_) { out.push_back(name); }
  return out;
}

}  // namespace vigie::alerting
