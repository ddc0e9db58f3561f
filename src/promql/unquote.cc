#include <fmt/core.h>

#include <charconv>

#include "promql/lexer.h"

namespace vigie::promql {

namespace {

void append_utf8(std::string& out, uint32_t rune) {
  const auto put = [&](uint32_t byte) { out += static_cast<char>(byte); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | (rune >> 6));
    put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | (rune >> 12));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | (rune >> 18));
    put(0x80 | ((rune >> 12) & 0x3F));
    put(0x80 | ((rune >> 6) & 0x3F));
    put(0x80 | (rune & 0x3F));
  }
}

char simple_escape(char c) {
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case '\\':
      return '\\';
    default:
      return '\0';
  }
}

}  // namespace

Result<std::string> unquote(std::string_view body, char quote) {
  std::string out;
  if (quote == '`') { return std::string(body); }
  const auto bad = [&](size_t at) {
    return error(Code::invalid,
                 fmt::format("unknown escape sequence \"{}\"", body.substr(at - 1, 2)));
  };
  for (size_t i = 0; i < body.size(); ++i) {
    if (body[i] != '\\') {
      out += body[i];
      continue;
    }
    if (++i >= body.size()) { return error(Code::invalid, "unterminated escape sequence"); }
    const char c = body[i];
    if (c == quote) {
      out += c;
      continue;
    }
    if (const char plain = simple_escape(c); plain != '\0') {
      out += plain;
      continue;
    }
    const bool octal = c >= '0' && c <= '7';
    const size_t digits = octal ? 3 : c == 'x' ? 2 : c == 'u' ? 4 : c == 'U' ? 8 : 0;
    const size_t start = octal ? i : i + 1;
    if (digits == 0 || start + digits > body.size()) { return bad(i); }
    uint32_t value = 0;
    const char* from = body.data() + start;
    const auto [end, failure] = std::from_chars(from, from + digits, value, octal ? 8 : 16);
    if (failure != std::errc{} || end != from + digits || value > 0x10FFFF) { return bad(i); }
    if (c == 'u' || c == 'U') {
      append_utf8(out, value);
    } else if (value > 255) {
      return bad(i);
    } else {
      out += static_cast<char>(value);
    }
    i = start + digits - 1;
  }
  return out;
}

}  // namespace vigie::promql
