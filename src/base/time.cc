#include "base/time.h"

#include <fmt/core.h>

#include <array>
#include <charconv>

namespace vigie {

SimClock::SimClock(WallTime start)
    : wall_ns_(std::chrono::duration_cast<Nanos>(start.time_since_epoch()).count()) {}

WallTime SimClock::wall() const {
  return WallTime{std::chrono::floor<Millis>(Nanos{wall_ns_.load()})};
}

MonoTime SimClock::mono() const {
  return MonoTime{Nanos{mono_ns_.load()}};
}

void SimClock::advance(Nanos by) {
  ASSERT(by.count() >= 0, "a monotonic clock cannot go back by {} ns", by.count());
  wall_ns_ += by.count();
  mono_ns_ += by.count();
}

void SimClock::jump_wall(Millis by) {
  wall_ns_ += Nanos{by}.count();
}

std::string rfc3339(WallTime t) {
  const auto day = std::chrono::floor<std::chrono::days>(t.time_since_epoch());
  const std::chrono::year_month_day date{std::chrono::sys_days{day}};
  const Millis rest = t.time_since_epoch() - day;
  const std::chrono::hh_mm_ss<Millis> clock{rest};
  std::string out =
      fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                  clock.hours().count(), clock.minutes().count(), clock.seconds().count());
  if (clock.subseconds().count() != 0) { out += fmt::format(".{:03}", clock.subseconds().count()); }
  return out + "Z";
}

namespace {

/// Reads exactly `digits` decimal digits at the front of `text` and removes them.
bool take_number(std::string_view& text, size_t digits, int& out) {
  if (text.size() < digits) { return false; }
  const char* end = text.data() + digits;
  const auto [stop, failure] = std::from_chars(text.data(), end, out);
  if (failure != std::errc{} || stop != end || text.front() == '-') { return false; }
  text.remove_prefix(digits);
  return true;
}

bool take_char(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) { return false; }
  text.remove_prefix(1);
  return true;
}

/// The offset behind the clock time: "Z", "+02:00"; minutes east of UTC.
bool take_offset(std::string_view& text, int& minutes) {
  minutes = 0;
  if (take_char(text, "Zz")) { return true; }
  const bool west = !text.empty() && text.front() == '-';
  if (!take_char(text, "+-")) { return false; }
  int hours = 0;
  if (!take_number(text, 2, hours) || !take_char(text, ":") || !take_number(text, 2, minutes)) {
    return false;
  }
  if (hours > 23 || minutes > 59) { return false; }
  minutes = (hours * 60 + minutes) * (west ? -1 : 1);
  return true;
}

int take_millis(std::string_view& text) {
  if (!take_char(text, ".")) { return 0; }
  int millis = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    millis += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return millis;
}

}  // namespace

Result<WallTime> parse_rfc3339(std::string_view text) {
  std::string_view rest = text;
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offset = 0;
  const Error wrong =
      error(Code::invalid,
            fmt::format("\"{}\" is not an RFC 3339 time such as 2026-03-29T01:30:00Z", text));
  if (!take_number(rest, 4, year) || !take_char(rest, "-") || !take_number(rest, 2, month) ||
      !take_char(rest, "-") || !take_number(rest, 2, day) || !take_char(rest, "Tt ") ||
      !take_number(rest, 2, hour) || !take_char(rest, ":") || !take_number(rest, 2, minute) ||
      !take_char(rest, ":") || !take_number(rest, 2, second)) {
    return wrong;
  }
  const int millis = take_millis(rest);
  if (!take_offset(rest, offset) || !rest.empty()) { return wrong; }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) { return wrong; }
  const Millis since = std::chrono::sys_days{date}.time_since_epoch();
  return WallTime{since + std::chrono::hours{hour} + std::chrono::minutes{minute - offset} +
                  Seconds{second} + Millis{millis}};
}

namespace {

struct Unit {
  std::string_view name;
  int64_t millis;
};
// Largest first, as Prometheus' durations must be written.
constexpr std::array<Unit, 7> kUnits{{{"y", 365LL * 86'400'000},
                                      {"w", 7LL * 86'400'000},
                                      {"d", 86'400'000},
                                      {"h", 3'600'000},
                                      {"m", 60'000},
                                      {"s", 1'000},
                                      {"ms", 1}}};

}  // namespace

std::string format_duration(Millis d) {
  if (d.count() == 0) { return "0s"; }
  std::string out = d.count() < 0 ? "-" : "";
  int64_t rest = std::abs(d.count());
  for (const Unit& unit : kUnits) {
    // Weeks and years only when they divide evenly, so that 10d stays 10d.
    const bool coarse = unit.name == "y" || unit.name == "w";
    if (coarse && rest % unit.millis != 0) { continue; }
    if (rest >= unit.millis) { out += fmt::format("{}{}", rest / unit.millis, unit.name); }
    rest %= unit.millis;
  }
  return out;
}

Result<Millis> parse_duration(std::string_view text) {
  if (text == "0") { return Millis{0}; }
  const auto wrong = [&](std::string_view why) {
    return error(
        Code::invalid,
        fmt::format("\"{}\" is not a duration: {} (write for example 5m or 1h30m)", text, why));
  };
  if (text.empty()) { return wrong("it is empty"); }
  int64_t total = 0;
  size_t unit_index = 0;
  std::string_view rest = text;
  while (!rest.empty()) {
    int64_t count = 0;
    const auto [stop, failure] = std::from_chars(rest.data(), rest.data() + rest.size(), count);
    if (failure != std::errc{} || count < 0) { return wrong("a number is missing"); }
    rest.remove_prefix(static_cast<size_t>(stop - rest.data()));
    const size_t letters = std::min(rest.find_first_of("0123456789"), rest.size());
    const std::string_view name = rest.substr(0, letters);
    while (unit_index < kUnits.size() && kUnits[unit_index].name != name) { ++unit_index; }
    if (unit_index == kUnits.size()) { return wrong("units are y w d h m s ms, largest first"); }
    int64_t part = 0;
    if (__builtin_mul_overflow(count, kUnits[unit_index].millis, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return wrong("it is too long");
    }
    ++unit_index;
    rest.remove_prefix(letters);
  }
  return Millis{total};
}

std::string humanize_duration(Millis d) {
  const int64_t seconds = std::abs(d.count()) / 1000;
  const std::string sign = d.count() < 0 ? "-" : "";
  if (seconds == 0) { return fmt::format("{}{} ms", sign, std::abs(d.count())); }
  if (seconds < 60) { return fmt::format("{}{} s", sign, seconds); }
  const int64_t minutes = seconds / 60;
  if (minutes < 10 && seconds % 60 != 0) {
    return fmt::format("{}{} min {} s", sign, minutes, seconds % 60);
  }
  if (minutes < 60) { return fmt::format("{}{} min", sign, minutes); }
  const int64_t hours = minutes / 60;
  if (hours < 24) {
    return minutes % 60 == 0 ? fmt::format("{}{} h", sign, hours)
                             : fmt::format("{}{} h {} min", sign, hours, minutes % 60);
  }
  return hours % 24 == 0 ? fmt::format("{}{} d", sign, hours / 24)
                         : fmt::format("{}{} d {} h", sign, hours / 24, hours % 24);
}

}  // namespace vigie
