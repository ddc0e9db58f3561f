#include "base/zone.h"

// The distribution builds the library on the system's zone data; its classes differ otherwise.
#ifndef USE_OS_TZDB
#define USE_OS_TZDB 1
#endif
#include <date/tz.h>
#include <fmt/core.h>

#include <array>
#include <charconv>
#include <stdexcept>

namespace vigie {

namespace {

using SysMillis = date::sys_time<Millis>;
using CivilMillis = date::local_time<Millis>;

SysMillis sys_of(WallTime at) {
  return SysMillis{at.time_since_epoch()};
}

/// Takes `digits` digits from the front.
bool take_digits(std::string_view& text, size_t digits, int& out) {
  if (text.size() < digits) { return false; }
  const char* end = text.data() + digits;
  if (text.front() < '0' || text.front() > '9') { return false; }
  const auto [stop, failure] = std::from_chars(text.data(), end, out);
  if (failure != std::errc{} || stop != end) { return false; }
  text.remove_prefix(digits);
  return true;
}

bool take_any(std::string_view& text, std::string_view any_of) {
  if (text.empty() || any_of.find(text.front()) == std::string_view::npos) { return false; }
  text.remove_prefix(1);
  return true;
}

/// "09:00" or "09:00:30" at the front of `text`.
bool take_clock(std::string_view& text, Millis& out) {
  int hours = 0;
  int minutes = 0;
  int seconds = 0;
  if (!take_digits(text, 2, hours) || !take_any(text, ":") || !take_digits(text, 2, minutes)) {
    return false;
  }
  if (take_any(text, ":") && !take_digits(text, 2, seconds)) { return false; }
  if (hours > 23 || minutes > 59 || seconds > 59) { return false; }
  out = std::chrono::hours{hours} + std::chrono::minutes{minutes} + Seconds{seconds};
  return true;
}

constexpr std::array<std::string_view, 7> kDays{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string_view Zone::name() const {
  return zone_ == nullptr ? std::string_view("UTC") : std::string_view(zone_->name());
}

Result<Zone> find_zone(std::string_view name) {
  Zone out;
  if (name == "UTC") { return out; }
  // The library joins the name to a directory, so a name that leaves it is refused here.
  if (name.empty() || name.front() == '/' || name.find("..") != std::string_view::npos) {
    return error(Code::not_found, fmt::format("no such time zone \"{}\"", name));
  }
  try {
    out.zone_ = date::locate_zone(std::string(name));
  } catch (const std::exception&) {
    return error(Code::not_found, fmt::format("no such time zone \"{}\"", name));
  }
  return out;
}

LocalTime local_of(WallTime at, const Zone& zone) {
  if (zone.zone_ == nullptr) { return LocalTime{at.time_since_epoch()}; }
  const date::sys_info info = zone.zone_->get_info(sys_of(at));
  return LocalTime{at.time_since_epoch() + info.offset};
}

WallTime wall_of(LocalTime local, const Zone& zone, Fold fold) {
  const Millis since = local.time_since_epoch();
  if (zone.zone_ == nullptr) { return WallTime{since}; }
  const date::local_info info = zone.zone_->get_info(CivilMillis{since});
  if (info.result == date::local_info::nonexistent) {
    return WallTime{std::chrono::duration_cast<Millis>(info.first.end.time_since_epoch())};
  }
  const bool second = info.result == date::local_info::ambiguous && fold == Fold::second;
  return WallTime{since - (second ? info.second.offset : info.first.offset)};
}

std::string zone_abbreviation(WallTime at, const Zone& zone) {
  return zone.zone_ == nullptr ? "UTC" : zone.zone_->get_info(sys_of(at)).abbrev;
}

Result<LocalTime> parse_local(std::string_view text) {
  const Error wrong = error(Code::invalid, fmt::format("not a time: \"{}\"", text));
  std::string_view rest = text;
  int year = 0;
  int month = 0;
  int day = 0;
  if (!take_digits(rest, 4, year) || !take_any(rest, "-") || !take_digits(rest, 2, month) ||
      !take_any(rest, "-") || !take_digits(rest, 2, day)) {
    return wrong;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!date.ok()) { return wrong; }
  Millis clock{0};
  if (!rest.empty() && (!take_any(rest, " T") || !take_clock(rest, clock) || !rest.empty())) {
    return wrong;
  }
  return LocalTime{std::chrono::sys_days{date}.time_since_epoch() + clock};
}

Result<WallTime> parse_wall(std::string_view text, const Zone& zone, Fold fold) {
  const Result<LocalTime> local = parse_local(text);
  if (local) { return wall_of(*local, zone, fold); }
  Result<WallTime> exact = parse_rfc3339(text);
  if (exact) { return exact; }
  return local.error();
}

int CivilDay::weekday() const {
  // 1970-01-01 was a Thursday.
  const int64_t shifted = (days + 3) % 7;
  return static_cast<int>(shifted < 0 ? shifted + 7 : shifted);
}

CivilDay civil_day(LocalTime local) {
  const auto day = std::chrono::floor<std::chrono::days>(local.time_since_epoch());
  return {.days = day.count(), .since_midnight = local.time_since_epoch() - day};
}

std::string format_for_people(WallTime at, const Zone& zone) {
  const CivilDay day = civil_day(local_of(at, zone));
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day.days}}};
  const std::chrono::hh_mm_ss<Millis> clock{day.since_midnight};
  return fmt::format("{} {} {} {:02}:{:02} {}", kDays[static_cast<size_t>(day.weekday())],
                     static_cast<unsigned>(date.day()),
                     kMonths[static_cast<unsigned>(date.month()) - 1], clock.hours().count(),
                     clock.minutes().count(), zone_abbreviation(at, zone));
}

}  // namespace vigie
