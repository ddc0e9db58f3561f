#include <fmt/core.h>
#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "alerting/template_functions.h"
#include "base/utf8.h"

namespace vigie::alerting {

namespace {

struct Verb {
  bool left = false, plus = false, zero = false, blank = false, sharp = false;
  size_t width = 0;
  int precision = -1;
  char letter = 'v';
};

constexpr size_t kWidthMax = 1'000;

/// `number` as a count, bounded: a template may not ask for a gigabyte of blanks.
size_t take_number(std::string_view& rest) {
  size_t out = 0;
  while (!rest.empty() && rest.front() >= '0' && rest.front() <= '9') {
    out = std::min(kWidthMax, out * 10 + static_cast<size_t>(rest.front() - '0'));
    rest.remove_prefix(1);
  }
  return out;
}

Verb take_verb(std::string_view& rest) {
  Verb verb;
  while (!rest.empty() && std::string_view("-+0 #").find(rest.front()) != std::string_view::npos) {
    verb.left |= rest.front() == '-';
    verb.plus |= rest.front() == '+';
    verb.zero |= rest.front() == '0';
    verb.blank |= rest.front() == ' ';
    verb.sharp |= rest.front() == '#';
    rest.remove_prefix(1);
  }
  verb.width = take_number(rest);
  if (rest.starts_with('.')) {
    rest.remove_prefix(1);
    verb.precision = static_cast<int>(take_number(rest));
  }
  verb.letter = rest.empty() ? '\0' : rest.front();
  if (!rest.empty()) { rest.remove_prefix(1); }
  return verb;
}

std::string signed_text(std::string digits, bool negative, const Verb& verb) {
  const std::string sign = negative ? "-" : (verb.plus ? "+" : (verb.blank ? " " : ""));
  if (verb.zero && !verb.left && sign.size() + digits.size() < verb.width) {
    digits.insert(0, verb.width - sign.size() - digits.size(), '0');
  }
  return sign + digits;
}

std::string whole(int64_t value, const Verb& verb) {
  const bool negative = value < 0;
  const uint64_t size = negative ? ~static_cast<uint64_t>(value) + 1 : static_cast<uint64_t>(value);
  std::string digits;
  switch (verb.letter) {
    case 'x':
      digits = fmt::format("{:x}", size);
      break;
    case 'X':
      digits = fmt::format("{:X}", size);
      break;
    case 'o':
      digits = fmt::format("{:o}", size);
      break;
    case 'b':
      digits = fmt::format("{:b}", size);
      break;
    default:
      digits = fmt::format("{}", size);
  }
  return signed_text(std::move(digits), negative, verb);
}

std::string real(double value, const Verb& verb) {
  if (!std::isfinite(value)) { return go_float(value); }
  const double size = std::fabs(value);
  const int precision = verb.precision < 0 ? 6 : verb.precision;
  std::string digits;
  switch (verb.letter) {
    case 'f':
    case 'F':
      digits = fmt::format("{:.{}f}", size, precision);
      break;
    case 'e':
    case 'E':
      digits = fmt::format("{:.{}e}", size, precision);
      break;
    default:
      digits = verb.precision < 0 ? go_float(size) : fmt::format("{:.{}g}", size, precision);
  }
  return signed_text(std::move(digits), std::signbit(value), verb);
}

std::string mismatch(const Value& arg, char letter) {
  return fmt::format("%!{}({}={})", letter, arg.type_name(), arg.print());
}

/// Go counts characters, not bytes, in widths and precisions.
std::string_view first_characters(std::string_view text, size_t count) {
  size_t end = 0;
  for (; count > 0 && end < text.size(); --count) {
    end += std::max<size_t>(1, utf8_length(text.substr(end)));
  }
  return text.substr(0, end);
}

std::string escaped(unsigned char byte) {
  constexpr std::string_view kNamed = "abtnvfr";  // From 7 on, in ASCII's order.
  if (byte == '"' || byte == '\\') { return {'\\', static_cast<char>(byte)}; }
  if (byte >= 7 && byte < 7 + kNamed.size()) { return {'\\', kNamed[byte - 7U]}; }
  return fmt::format("\\x{:02x}", byte);
}

/// As Go's strconv.Quote, for the characters of ASCII and bytes that are not UTF-8.
std::string quoted(std::string_view text) {
  std::string out = "\"";
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const auto byte = static_cast<unsigned char>(text.front());
    const bool plain =
        length > 1 || (length == 1 && byte >= 0x20 && byte != 0x7f && byte != '"' && byte != '\\');
    out += plain ? std::string(text.substr(0, length)) : escaped(byte);
    text.remove_prefix(std::max<size_t>(1, length));
  }
  return out + "\"";
}

std::string text_verb(const Value& arg, const Verb& verb) {
  std::string text = arg.print();
  if (verb.precision >= 0) { text = first_characters(text, static_cast<size_t>(verb.precision)); }
  if (verb.letter == 'q') { return quoted(text); }
  if (verb.letter == 'x' || verb.letter == 'X') {
    std::string out;
    for (const char c : text) { out += fmt::format("{:02x}", static_cast<unsigned char>(c)); }
    return out;
  }
  return text;
}

std::string one(const Value& arg, const Verb& verb) {
  constexpr std::string_view kWholes = "dxXobc";
  constexpr std::string_view kReals = "feEgGF";
  const auto among = [&](std::string_view set) {
    return set.find(verb.letter) != std::string_view::npos;
  };
  if (const int64_t* i = arg.integer()) {
    if (verb.letter == 'v' || among(kWholes)) { return whole(*i, verb); }
    return mismatch(arg, verb.letter);
  }
  if (const double* d = arg.number()) {
    if (verb.letter == 'v' || among(kReals)) { return real(*d, verb); }
    return mismatch(arg, verb.letter);
  }
  if (arg.boolean() != nullptr) {
    return verb.letter == 't' || verb.letter == 'v' ? arg.print() : mismatch(arg, verb.letter);
  }
  if (arg.text() != nullptr) {
    return among("svqxX") ? text_verb(arg, verb) : mismatch(arg, verb.letter);
  }
  return arg.print();
}

}  // namespace

std::string go_printf(std::string_view format, std::span<const Value> args) {
  std::string out;
  size_t used = 0;
  while (!format.empty()) {
    if (format.front() != '%') {
      const size_t stop = std::min(format.find('%'), format.size());
      out += format.substr(0, stop);
      format.remove_prefix(stop);
      continue;
    }
    format.remove_prefix(1);
    const Verb verb = take_verb(format);
    if (verb.letter == '%') {
      out += '%';
      continue;
    }
    if (verb.letter == '\0') {
      out += "%!(NOVERB)";
      break;
    }
    if (used == args.size()) {
      out += fmt::format("%!{}(MISSING)", verb.letter);
      continue;
    }
    std::string text = one(args[used++], verb);
    const size_t characters = utf8_characters(text);
    if (characters < verb.width) {
      text.insert(verb.left ? text.size() : 0, verb.width - characters, ' ');
    }
    out += text;
  }
  for (bool first = true; used < args.size(); ++used, first = false) {
    out += first ? "%!(EXTRA " : ", ";
    out += fmt::format("{}={}", args[used].type_name(), args[used].print());
    if (used + 1 == args.size()) { out += ")"; }
  }
  return out;
}

}  // namespace vigie::alerting
