#include "cli/words.h"

#include <fmt/core.h>

#include <chrono>

#include "base/time.h"
#include "base/zone.h"

namespace vigie::cli {

namespace {

/// Set once, before the first word is printed.
Zone& shown_zone() {
  static Zone zone;
  return zone;
}

/// Days since 1970 and the time of the day, in the zone shown.
struct Civil {
  std::chrono::year_month_day day;
  std::chrono::hh_mm_ss<Seconds> time;
};

Civil civil_of(WallTime at) {
  const auto since = std::chrono::floor<Seconds>(local_of(at, shown_zone()).time_since_epoch());
  const auto days = std::chrono::floor<std::chrono::days>(since);
  return {std::chrono::sys_days(days), std::chrono::hh_mm_ss<Seconds>(since - days)};
}

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

void show_times_in(std::string_view zone) {
  if (const auto found = find_zone(zone)) { shown_zone() = *found; }
}

Result<std::string> typed_time(std::string_view text) {
  const auto at = parse_wall(text, shown_zone(), Fold::first);
  if (at) { return rfc3339(*at); }
  return error(Code::invalid,
               fmt::format("\"{}\" is no time: write \"2026-03-29 03:00\" (in the book's zone), or "
                           "2026-03-29T01:00:00Z",
                           text));
}

std::string short_time(const json::object& object, std::string_view key, std::string_view now) {
  const auto at = parse_rfc3339(get_string(object, key));
  if (!at) { return "-"; }
  const Civil civil = civil_of(*at);
  const auto today = parse_rfc3339(now);
  if (today && civil_of(*today).day == civil.day) {
    return fmt::format("{:02}:{:02}:{:02}", civil.time.hours().count(),
                       civil.time.minutes().count(), civil.time.seconds().count());
  }
  return fmt::format("{} {} {:02}:{:02}", static_cast<unsigned>(civil.day.day()),
                     kMonths[static_cast<unsigned>(civil.day.month()) - 1],
                     civil.time.hours().count(), civil.time.minutes().count());
}

std::string with_times(std::string text, std::string_view now) {
  constexpr std::string_view kShape = "0000-00-00T00:00:00";
  for (size_t at = 0; at + kShape.size() < text.size(); ++at) {
    size_t end = at;
    const auto digit = [](char c) { return c >= '0' && c <= '9'; };
    while (end - at < kShape.size() &&
           (kShape[end - at] == '0' ? digit(text[end]) : kShape[end - at] == text[end])) {
      ++end;
    }
    if (end - at < kShape.size()) { continue; }
    while (end < text.size() && (digit(text[end]) || text[end] == '.')) { ++end; }
    if (end >= text.size() || text[end] != 'Z') { continue; }
    const json::object instant{{"at", text.substr(at, end + 1 - at)}};
    const std::string shown = short_time(instant, "at", now);
    text.replace(at, end + 1 - at, shown);
    at += shown.size();
  }
  return text;
}

std::string age_of(const json::object& object, std::string_view key, std::string_view now) {
  const auto at = parse_rfc3339(get_string(object, key));
  const auto today = parse_rfc3339(now);
  return at && today ? humanize_duration(*today - *at) : "-";
}

std::string until(const json::object& object, std::string_view key, std::string_view now) {
  const auto at = parse_rfc3339(get_string(object, key));
  const auto today = parse_rfc3339(now);
  if (!at || !today) { return "-"; }
  return *at <= *today + 500ms ? "now" : "in " + humanize_duration(*at - *today);
}

std::string or_dash(const json::object& object, std::string_view key) {
  const std::string text = get_string(object, key);
  return text.empty() ? "-" : text;
}

}  // namespace vigie::cli
