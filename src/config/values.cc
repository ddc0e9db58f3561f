#include "config/values.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>

#include "base/time.h"

namespace vigie::config {

namespace {

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Error wrong(std::string_view what) {
  return error(Code::invalid, std::string(what));
}

/// The multiplier of "", "b", "kb", "kib" …; 0 when it is none of them.
int64_t bytes_unit(std::string_view unit) {
  if (unit.empty() || unit == "b") { return 1; }
  constexpr std::string_view kPrefixes = "kmgtp";
  const size_t power = kPrefixes.find(unit.front());
  const std::string_view rest = unit.substr(1);
  if (power == std::string_view::npos || (rest != "b" && rest != "ib")) { return 0; }
  return int64_t{1} << (10 * (power + 1));
}

}  // namespace

Result<int64_t> parse_bytes(std::string_view text) {
  constexpr std::string_view kWrong = "not a size such as 64MiB or 512";
  double count = 0;
  const auto [stop, failure] =
      std::from_chars(text.data(), text.data() + text.size(), count, std::chars_format::fixed);
  if (failure != std::errc{} || text.empty() || !is_digit(text.front())) { return wrong(kWrong); }
  std::string unit = lowered(text.substr(static_cast<size_t>(stop - text.data())));
  if (unit.size() > 1 && unit.front() == ' ') { unit.erase(0, 1); }
  const int64_t factor = bytes_unit(unit);
  if (factor == 0) { return wrong("not a size: units are B, KiB, MiB, GiB, TiB and PiB"); }
  const double bytes = count * static_cast<double>(factor);
  if (bytes > 9.2e18) { return wrong("too large a size"); }
  if (bytes != std::floor(bytes)) { return wrong("not a whole number of bytes"); }
  return static_cast<int64_t>(bytes);
}

std::string format_bytes(int64_t bytes) {
  constexpr std::array<std::string_view, 6> kUnits{"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
  size_t unit = 0;
  while (bytes != 0 && bytes % 1024 == 0 && unit + 1 < kUnits.size()) {
    bytes /= 1024;
    ++unit;
  }
  return fmt::format("{}{}", bytes, kUnits[unit]);
}

Result<bool> parse_boolean(std::string_view text) {
  const std::string word = lowered(text);
  if (word == "true" || word == "yes" || word == "on") { return true; }
  if (word == "false" || word == "no" || word == "off") { return false; }
  return wrong("not true or false");
}

Result<int64_t> parse_integer(std::string_view text) {
  constexpr std::string_view kWrong = "not a whole number";
  std::string_view digits = text;
  const bool negative = digits.starts_with('-');
  if (negative || digits.starts_with('+')) { digits.remove_prefix(1); }
  const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
  if (hexadecimal) { digits.remove_prefix(2); }
  uint64_t magnitude = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] =
      std::from_chars(digits.data(), end, magnitude, hexadecimal ? 16 : 10);
  if (failure == std::errc::result_out_of_range) { return wrong("too large a number"); }
  if (failure != std::errc{} || stop != end) { return wrong(kWrong); }
  const uint64_t limit = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (magnitude > limit + (negative ? 1 : 0)) { return wrong("too large a number"); }
  return negative ? static_cast<int64_t>(~magnitude + 1) : static_cast<int64_t>(magnitude);
}

Result<double> parse_number(std::string_view text) {
  const std::string word = lowered(text);
  const double infinity = std::numeric_limits<double>::infinity();
  if (word == ".inf" || word == "+.inf") { return infinity; }
  if (word == "-.inf") { return -infinity; }
  if (word == ".nan") { return std::numeric_limits<double>::quiet_NaN(); }
  std::string_view rest = text;
  if (rest.starts_with('+')) { rest.remove_prefix(1); }
  // from_chars also reads "inf" and "nan", which YAML takes for words.
  const bool numeric = rest.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
  double number = 0;
  const char* end = rest.data() + rest.size();
  const auto [stop, failure] = std::from_chars(rest.data(), end, number);
  if (!numeric || failure != std::errc{} || stop != end) { return wrong("not a number"); }
  return number;
}

std::string HostPort::text() const {
  const bool v6 = host.find(':') != std::string::npos;
  return v6 ? fmt::format("[{}]:{}", host, port) : fmt::format("{}:{}", host, port);
}

Result<HostPort> parse_host_port(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) { return wrong("not host:port: the port is missing"); }
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
    if (host.find(':') == std::string_view::npos) {
      return wrong("not host:port: brackets are for IPv6 addresses");
    }
  } else if (host.find_first_of(":[]") != std::string_view::npos) {
    return wrong("not host:port: write an IPv6 address as [::1]:80");
  }
  if (host.find_first_of(" \t/@?#") != std::string_view::npos) {
    return wrong("not host:port: the host has letters that no host has");
  }
  const Result<int64_t> port = parse_integer(text.substr(colon + 1));
  if (!port || *port < 0 || *port > 65535 || !is_digit(text[colon + 1])) {
    return wrong("not host:port: the port must be a number from 0 to 65535");
  }
  return HostPort{.host = std::string(host), .port = static_cast<uint16_t>(*port)};
}

Status check_url(std::string_view text) {
  constexpr std::string_view kWrong = "not a URL such as https://example.org/path";
  const size_t colon = text.find("://");
  if (colon == std::string_view::npos || colon == 0) { return wrong(kWrong); }
  const bool scheme_good = std::ranges::all_of(text.substr(0, colon), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) || c == '+' ||
           c == '-' || c == '.';
  });
  const std::string_view rest = text.substr(colon + 3);
  if (!scheme_good || rest.empty()) { return wrong(kWrong); }
  if (rest.front() == '/' && text.substr(0, colon) != "file" && text.substr(0, colon) != "unix") {
    return wrong("not a URL: the host is missing");
  }
  const bool blank = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= ' ' || c == 0x7f; });
  if (blank) { return wrong("not a URL: it has a blank in it"); }
  return ok();
}

Status check_time(std::string_view text) {
  std::string full(text);
  if (text.size() == 10) { full += "T00:00:00Z"; }
  if (text.size() == 16) { full += ":00Z"; }
  if (text.size() == 19) { full += "Z"; }
  if (!parse_rfc3339(full)) { return wrong("not a time such as 2026-01-05 09:00"); }
  return ok();
}

}  // namespace vigie::config
