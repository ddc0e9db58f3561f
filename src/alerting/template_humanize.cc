#include <fmt/core.h>

#include <array>
#include <cmath>
#include <cstdint>

#include "alerting/template_functions.h"

// The rules are those of Prometheus' template/template.go, as its documentation states them.
namespace vigie::alerting {

namespace {

constexpr std::array<std::string_view, 8> kSmaller{"m", "u", "n", "p", "f", "a", "z", "y"};

std::string four_digits(double v) {
  return std::isfinite(v) ? fmt::format("{:.4g}", v) : go_float(v);
}

/// Below 1: milli, micro…
std::string small(double v, std::string_view unit) {
  std::string_view prefix;
  for (const std::string_view next : kSmaller) {
    if (std::fabs(v) >= 1) { break; }
    prefix = next;
    v *= 1000;
  }
  return fmt::format("{}{}{}", four_digits(v), prefix, unit);
}

}  // namespace

std::string humanize(double v) {
  constexpr std::array<std::string_view, 8> kLarger{"k", "M", "G", "T", "P", "E", "Z", "Y"};
  if (v == 0 || !std::isfinite(v)) { return four_digits(v); }
  if (std::fabs(v) < 1) { return small(v, ""); }
  std::string_view prefix;
  for (const std::string_view next : kLarger) {
    if (std::fabs(v) < 1000) { break; }
    prefix = next;
    v /= 1000;
  }
  return fmt::format("{}{}", four_digits(v), prefix);
}

std::string humanize_1024(double v) {
  constexpr std::array<std::string_view, 8> kLarger{"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};
  if (!std::isfinite(v) || std::fabs(v) <= 1) { return four_digits(v); }
  std::string_view prefix;
  for (const std::string_view next : kLarger) {
    if (std::fabs(v) < 1024) { break; }
    prefix = next;
    v /= 1024;
  }
  return fmt::format("{}{}", four_digits(v), prefix);
}

std::string humanize_seconds(double v) {
  if (!std::isfinite(v)) { return four_digits(v); }
  if (v == 0) { return "0s"; }
  if (std::fabs(v) < 1) { return small(v, "s"); }
  const std::string_view sign = v < 0 ? "-" : "";
  const double size = std::fabs(v);
  if (size >= 9e18) { return four_digits(v) + "s"; }
  const auto total = static_cast<int64_t>(size);
  const int64_t seconds = total % 60;
  const int64_t minutes = total / 60 % 60;
  const int64_t hours = total / 3600 % 24;
  const int64_t days = total / 86'400;
  if (days != 0) { return fmt::format("{}{}d {}h {}m {}s", sign, days, hours, minutes, seconds); }
  if (hours != 0) { return fmt::format("{}{}h {}m {}s", sign, hours, minutes, seconds); }
  if (minutes != 0) { return fmt::format("{}{}m {}s", sign, minutes, seconds); }
  return fmt::format("{}{}s", sign, four_digits(size));
}

std::string humanize_percentage(double v) {
  return four_digits(v * 100) + "%";
}

}  // namespace vigie::alerting
