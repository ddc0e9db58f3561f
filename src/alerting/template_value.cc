#include "alerting/template_value.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

namespace vigie::alerting {

Value Value::of_labels(const Labels& labels) {
  Map map;
  for (const auto& [name, value] : labels) { map.emplace(name, Value(value)); }
  return Value(std::move(map));
}

Value Value::of_strings(const std::map<std::string, std::string>& strings) {
  Map map;
  for (const auto& [name, value] : strings) { map.emplace(name, Value(value)); }
  return Value(std::move(map));
}

const Value::List* Value::list() const {
  const auto* held = std::get_if<std::shared_ptr<const List>>(&held_);
  return held == nullptr ? nullptr : held->get();
}

const Value::Map* Value::map() const {
  const auto* held = std::get_if<std::shared_ptr<const Map>>(&held_);
  return held == nullptr ? nullptr : held->get();
}

bool Value::truth() const {
  if (const bool* b = boolean()) { return *b; }
  if (const int64_t* i = integer()) { return *i != 0; }
  if (const double* d = number()) { return *d != 0; }
  if (const std::string* s = text()) { return !s->empty(); }
  if (const List* l = list()) { return !l->empty(); }
  if (const Map* m = map()) { return !m->empty(); }
  return time() != nullptr;
}

std::string Value::print() const {
  if (const bool* b = boolean()) { return *b ? "true" : "false"; }
  if (const int64_t* i = integer()) { return std::to_string(*i); }
  if (const double* d = number()) { return go_float(*d); }
  if (const std::string* s = text()) { return *s; }
  if (const WallTime* t = time()) { return go_time(*t); }
  if (const List* l = list()) {
    std::string out = "[";
    for (const Value& item : *l) { out += (out.size() > 1 ? " " : "") + item.print(); }
    return out + "]";
  }
  if (const Map* m = map()) {
    std::string out = "map[";
    for (const auto& [key, item] : *m) {
      out += (out.size() > 4 ? " " : "") + key + ":" + item.print();
    }
    return out + "]";
  }
  return "";
}

std::string_view Value::type_name() const {
  constexpr std::array<std::string_view, 8> kNames{"nil",    "bool", "int",  "float64",
                                                   "string", "time", "list", "map"};
  return kNames.at(held_.index());
}

std::string go_float(double v) {
  if (std::isnan(v)) { return "NaN"; }
  if (std::isinf(v)) { return v > 0 ? "+Inf" : "-Inf"; }
  std::array<char, 512> buffer{};
  const double size = std::fabs(v);
  // As Go's %v and %g without a precision: 1e+06, and 999999 before it.
  const bool plain = size == 0 || (size >= 1e-4 && size < 1e6);
  const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
  const auto done = std::to_chars(buffer.data(), buffer.data() + buffer.size(), v, format);
  return {buffer.data(), done.ptr};
}

namespace {

struct Civil {
  std::chrono::year_month_day date;
  std::chrono::weekday weekday;
  std::chrono::hh_mm_ss<Millis> clock;
};

Civil civil(WallTime t) {
  const auto since = t.time_since_epoch();
  const auto days = std::chrono::floor<std::chrono::days>(since);
  const std::chrono::sys_days day{days};
  return {.date = std::chrono::year_month_day{day},
          .weekday = std::chrono::weekday{day},
          .clock = std::chrono::hh_mm_ss<Millis>{since - days}};
}

constexpr std::array<std::string_view, 12> kMonths{"January",   "February", "March",    "April",
                                                   "May",       "June",     "July",     "August",
                                                   "September", "October",  "November", "December"};
constexpr std::array<std::string_view, 7> kDays{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                "Thursday", "Friday", "Saturday"};

/// Every token of Go's reference time that we know, longest of a kind first.
constexpr std::array<std::string_view, 18> kTokens{
    "January", "Monday", "-07:00", "Z07:00", "-0700", "2006", ".000", "Jan", "Mon",
    "MST",     "01",     "02",     "15",     "03",    "04",   "05",   "06",  "PM"};

std::string token_text(std::string_view token, const Civil& c) {
  const unsigned month = static_cast<unsigned>(c.date.month());
  const unsigned day = static_cast<unsigned>(c.date.day());
  const int year = static_cast<int>(c.date.year());
  const int hour = static_cast<int>(c.clock.hours().count());
  if (token == "January") { return std::string(kMonths.at(month - 1)); }
  if (token == "Jan") { return std::string(kMonths.at(month - 1).substr(0, 3)); }
  if (token == "Monday") { return std::string(kDays.at(c.weekday.c_encoding())); }
  if (token == "Mon") { return std::string(kDays.at(c.weekday.c_encoding()).substr(0, 3)); }
  if (token == "2006") { return fmt::format("{:04}", year); }
  if (token == "06") { return fmt::format("{:02}", year % 100); }
  if (token == "01") { return fmt::format("{:02}", month); }
  if (token == "02") { return fmt::format("{:02}", day); }
  if (token == "15") { return fmt::format("{:02}", hour); }
  if (token == "03") { return fmt::format("{:02}", hour % 12 == 0 ? 12 : hour % 12); }
  if (token == "PM") { return hour < 12 ? "AM" : "PM"; }
  if (token == "04") { return fmt::format("{:02}", c.clock.minutes().count()); }
  if (token == "05") { return fmt::format("{:02}", c.clock.seconds().count()); }
  if (token == ".000") { return fmt::format(".{:03}", c.clock.subseconds().count()); }
  if (token == "MST") { return "UTC"; }
  if (token == "Z07:00") { return "Z"; }
  return token == "-0700" ? "+0000" : "+00:00";
}

}  // namespace

std::string go_time_layout(WallTime t, std::string_view layout) {
  const Civil c = civil(t);
  std::string out;
  while (!layout.empty()) {
    std::string_view found;
    for (const std::string_view token : kTokens) {
      if (layout.starts_with(token)) {
        found = token;
        break;
      }
    }
    if (found.empty()) {
      out += layout.front();
      layout.remove_prefix(1);
      continue;
    }
    out += token_text(found, c);
    layout.remove_prefix(found.size());
  }
  return out;
}

std::string go_time(WallTime t) {
  const int64_t millis = ((to_millis(t) % 1000) + 1000) % 1000;
  std::string fraction = millis == 0 ? "" : fmt::format(".{:03}", millis);
  while (fraction.ends_with('0')) { fraction.pop_back(); }
  return go_time_layout(t, "2006-01-02 15:04:05") + fraction + " +0000 UTC";
}

}  // namespace vigie::alerting
