#include "cli/words.h"

#include <fmt/core.h>

#include <ctime>

#include "base/time.h"

namespace vigie::cli {

namespace {

std::tm local_of(WallTime time) {
  const std::time_t seconds = std::chrono::floor<Seconds>(time.time_since_epoch()).count();
  std::tm out{};
  localtime_r(&seconds, &out);
  return out;
}

constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

}  // namespace

std::string short_time(const json::object& object, std::string_view key, std::string_view now) {
  const auto at = parse_rfc3339(get_string(object, key));
  if (!at) { return "-"; }
  const std::tm local = local_of(*at);
  const auto today = parse_rfc3339(now);
  if (today) {
    const std::tm other = local_of(*today);
    if (other.tm_yday == local.tm_yday && other.tm_year == local.tm_year) {
      return fmt::format("{:02}:{:02}:{:02}", local.tm_hour, local.tm_min, local.tm_sec);
    }
  }
  return fmt::format("{} {} {:02}:{:02}", local.tm_mday, kMonths[local.tm_mon], local.tm_hour,
                     local.tm_min);
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
