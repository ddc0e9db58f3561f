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
