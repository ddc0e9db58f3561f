#include "promql/lexer.h"

#include <fmt/core.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>

#include "base/time.h"
#include "promql/ast.h"

namespace vigie::promql {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == ':';
}
bool is_hex(char c) {
  return std::isxdigit(static_cast<unsigned char>(c)) != 0;
}
bool is_unit(char c) {
  return std::string_view("ywdhms").find(c) != std::string_view::npos;
}

}  // namespace

bool Token::is_word(std::string_view lower) const {
  return kind == TokenKind::ident && raw.size() == lower.size() &&
         std::equal(raw.begin(), raw.end(), lower.begin(), [](char a, char b) {
           return std::tolower(static_cast<unsigned char>(a)) == b;
         });
}

Error Lexer::fail(size_t offset, std::string_view what) const {
  return error(Code::invalid, fmt::format("{}: parse error: {}", position_of(text_, offset), what));
}

void Lexer::skip_blank() {
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '#') {
      at_ = std::min(text_.find('\n', at_), text_.size());
    } else if (c == ' ' || c == '\t' || c == '\n' || c == '\r') {
      ++at_;
    } else {
      return;
    }
  }
}

Result<Token> Lexer::next() {
  skip_blank();
  if (at_ >= text_.size()) { return Token{.begin = at_, .end = at_}; }
  const char c = text_[at_];
  const bool dotted = c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1]);
  if (is_digit(c) || dotted) { return number(); }
  if (c == '"' || c == '\'' || c == '`') { return quoted(c); }
  if (is_name_start(c) && !(c == ':' && brackets_ > 0)) { return ident(); }
  return symbol();
}

Token Lexer::ident() {
  const size_t begin = at_;
  while (at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_])) &&
         !(text_[at_] == ':' && brackets_ > 0)) {
    ++at_;
  }
  return Token{.kind = TokenKind::ident,
               .begin = begin,
               .end = at_,
               .raw = text_.substr(begin, at_ - begin)};
}

// The end of a plain number: digits with `_` between them, a fraction, an exponent.
size_t Lexer::number_end(size_t at) const {
  const auto digits = [&] {
    while (at < text_.size() && (is_digit(text_[at]) || text_[at] == '_')) { ++at; }
  };
  digits();
  if (at < text_.size() && text_[at] == '.') {
    ++at;
    digits();
  }
  if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
    size_t exponent = at + 1;
    if (exponent < text_.size() && (text_[exponent] == '+' || text_[exponent] == '-')) {
      ++exponent;
    }
    if (exponent < text_.size() && is_digit(text_[exponent])) {
      at = exponent;
      digits();
    }
  }
  return at;
}

Result<Token> Lexer::number() {
  const size_t begin = at_;
  Token token{.kind = TokenKind::number, .begin = begin};
  const bool hex = text_.substr(at_).starts_with("0x") || text_.substr(at_).starts_with("0X");
  if (hex) {
    at_ += 2;
    while (at_ < text_.size() && (is_hex(text_[at_]) || text_[at_] == '_')) { ++at_; }
  } else {
    size_t digits = at_;
    while (digits < text_.size() && is_digit(text_[digits])) { ++digits; }
    if (digits < text_.size() && is_unit(text_[digits])) {
      token.kind = TokenKind::duration;
      at_ = digits;
      while (at_ < text_.size() && (is_digit(text_[at_]) || is_unit(text_[at_]))) { ++at_; }
    } else {
      at_ = number_end(at_);
    }
  }
  token.end = at_;
  token.raw = text_.substr(begin, at_ - begin);
  const bool glued = at_ < text_.size() && (is_name_start(text_[at_]) || is_digit(text_[at_])) &&
                     text_[at_] != ':';
  if (glued) {
    return fail(begin, fmt::format("bad number or duration syntax: \"{}\"",
                                   text_.substr(begin, at_ - begin + 1)));
  }
  if (token.kind == TokenKind::duration) {
    const auto parsed = parse_duration(token.raw);
    if (!parsed) { return fail(begin, fmt::format("bad duration \"{}\"", token.raw)); }
    token.value = to_seconds(*parsed);
    return token;
  }
  std::string plain;
  for (const char c : token.raw) {
    if (c != '_') { plain += c; }
  }
  if (hex) {
    uint64_t value = 0;
    const auto [end, failure] =
        std::from_chars(plain.data() + 2, plain.data() + plain.size(), value, 16);
    if (failure != std::errc{} || end != plain.data() + plain.size()) {
      return fail(begin, fmt::format("bad number \"{}\"", token.raw));
    }
    token.value = static_cast<double>(value);
    return token;
  }
  const auto [end, failure] =
      std::from_chars(plain.data(), plain.data() + plain.size(), token.value);
  if (failure == std::errc::result_out_of_range) {
    token.value = std::strtod(plain.c_str(), nullptr);
  } else if (failure != std::errc{} || end != plain.data() + plain.size()) {
    return fail(begin, fmt::format("bad number \"{}\"", token.raw));
  }
  return token;
}

Result<Token> Lexer::quoted(char quote) {
  const size_t begin = at_;
  size_t at = at_ + 1;
  while (at < text_.size() && text_[at] != quote) {
    if (quote != '`' && text_[at] == '\n') { break; }
    at += quote != '`' && text_[at] == '\\' ? 2 : 1;
  }
  if (at >= text_.size() || text_[at] != quote) {
    return fail(begin, "unterminated quoted string");
  }
  const std::string_view body = text_.substr(begin + 1, at - begin - 1);
  at_ = at + 1;
  Token token{.kind = TokenKind::text, .begin = begin, .end = at_};
  token.raw = text_.substr(begin, at_ - begin);
  auto plain = unquote(body, quote);
  if (!plain) { return fail(begin, plain.error().what); }
  token.text = std::move(*plain);
  return token;
}

Result<Token> Lexer::symbol() {
  static constexpr std::string_view kSymbols[] = {
      "==", "!=", "=~", "!~", "<=", ">=", "</", ">/", "=", "<", ">", "+", "-",
      "*",  "/",  "%",  "^",  "(",  ")",  "{",  "}",  "[", "]", ",", ":", "@"};
  for (const std::string_view s : kSymbols) {
    if (!text_.substr(at_).starts_with(s)) { continue; }
    Token token{.kind = TokenKind::symbol, .begin = at_, .end = at_ + s.size()};
    token.raw = text_.substr(at_, s.size());
    at_ += s.size();
    if (s == "[") { ++brackets_; }
    if (s == "]" && brackets_ > 0) { --brackets_; }
    return token;
  }
  return fail(at_, fmt::format("unexpected character: '{}'", text_.substr(at_, 1)));
}

}  // namespace vigie::promql
