#include "alerting/template_lex.h"

#include <fmt/core.h>

#include <algorithm>

namespace vigie::alerting {

Error template_error(std::string_view text, size_t at, std::string_view what) {
  const std::string_view before = text.substr(0, std::min(at, text.size()));
  const auto line = 1 + std::ranges::count(before, '\n');
  const size_t newline = before.rfind('\n');
  const size_t column = before.size() - (newline == std::string_view::npos ? 0 : newline + 1) + 1;
  return error(Code::invalid, fmt::format("{}:{}: {}", line, column, what));
}

namespace {

constexpr std::string_view kBlanks = " \t\r\n";

bool is_name_start(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_name(char c) {
  return is_name_start(c) || is_digit(c);
}

std::string utf8_of(uint32_t code) {
  std::string out;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | (code >> 6));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | (code >> 12));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | ((code >> 18) & 7));
    out += static_cast<char>(0x80 | ((code >> 12) & 0x3f));
    out += static_cast<char>(0x80 | ((code >> 6) & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
  return out;
}

class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Result<std::vector<Token>> run() {
    while (at_ < text_.size()) {
      const size_t open = text_.find("{{", at_);
      const size_t stop = std::min(open, text_.size());
      std::string_view plain = text_.substr(at_, stop - at_);
      const size_t plain_at = at_;
      bool trim = false;
      at_ = stop;
      if (open != std::string_view::npos) { trim = left_trim(open); }
      if (trim) { plain = plain.substr(0, plain.find_last_not_of(kBlanks) + 1); }
      if (!plain.empty()) { add(TokenKind::text, plain_at, std::string(plain)); }
      if (open == std::string_view::npos) { break; }
      VIGIE_CHECK(action(open, trim));
    }
    add(TokenKind::end, text_.size(), "");
    return std::move(tokens_);
  }

 private:
  void add(TokenKind kind, size_t at, std::string text) {
    tokens_.push_back({kind, static_cast<TextOffset>(at), std::move(text)});
  }
  Error wrong(size_t at, std::string_view what) const { return template_error(text_, at, what); }
  char peek(size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  bool left_trim(size_t open) const {
    return open + 3 < text_.size() && text_[open + 2] == '-' &&
           kBlanks.find(text_[open + 3]) != std::string_view::npos;
  }
  bool right_trim() const {
    return peek() == '-' && text_.substr(at_ + 1).starts_with("}}") && at_ > 0 &&
           kBlanks.find(text_[at_ - 1]) != std::string_view::npos;
  }

  void skip_blanks() {
    const size_t stop = text_.find_first_not_of(kBlanks, at_);
    at_ = std::min(stop, text_.size());
  }

  Status comment(size_t open) {
    const size_t stop = text_.find("*/", at_);
    if (stop == std::string_view::npos) { return wrong(open, "unclosed comment"); }
    at_ = stop + 2;
    const bool trim = peek() == ' ' && text_.substr(at_ + 1).starts_with("-}}");
    if (trim) { at_ += 2; }
    if (!text_.substr(at_).starts_with("}}")) { return wrong(at_, "comment ends before }}"); }
    at_ += 2;
    if (trim) { skip_blanks(); }
    return ok();
  }

  Status action(size_t open, bool trimmed) {
    at_ = open + (trimmed ? 3 : 2);
    if (text_.substr(at_).starts_with("/*") ||
        (trimmed && text_.substr(at_ + 1).starts_with("/*"))) {
      return comment(open);
    }
    add(TokenKind::open, open, "");
    while (true) {
      if (at_ >= text_.size()) { return wrong(open, "unclosed action"); }
      const bool trim = right_trim();
      if (trim || text_.substr(at_).starts_with("}}")) {
        add(TokenKind::close, at_, "");
        at_ += trim ? 3 : 2;
        if (trim) { skip_blanks(); }
        return ok();
      }
      VIGIE_CHECK(token());
    }
  }

  std::string name() {
    const size_t begin = at_;
    while (is_name(peek())) { ++at_; }
    return std::string(text_.substr(begin, at_ - begin));
  }

  Status token() {
    const size_t begin = at_;
    const char c = peek();
    if (kBlanks.find(c) != std::string_view::npos) {
      skip_blanks();
      add(TokenKind::space, begin, "");
      return ok();
    }
    if (c == '"') { return quoted(); }
    if (c == '`') { return raw(); }
    if (c == '$') {
      ++at_;
      add(TokenKind::variable, begin, name());
      return ok();
    }
    if (is_digit(c) || ((c == '-' || c == '+') && (is_digit(peek(1)) || peek(1) == '.')) ||
        (c == '.' && is_digit(peek(1)))) {
      return number();
    }
    if (c == '.') {
      ++at_;
      add(TokenKind::field, begin, name());
      return ok();
    }
    if (is_name_start(c)) {
      add(TokenKind::word, begin, name());
      return ok();
    }
    if (c == ':' && peek(1) == '=') {
      at_ += 2;
      add(TokenKind::symbol, begin, ":=");
      return ok();
    }
    if (std::string_view("()|,=").find(c) != std::string_view::npos) {
      ++at_;
      add(TokenKind::symbol, begin, std::string(1, c));
      return ok();
    }
    return wrong(begin, fmt::format("unexpected \"{}\" in an action", c));
  }

  Status number() {
    const size_t begin = at_;
    if (peek() == '-' || peek() == '+') { ++at_; }
    while (is_name(peek()) || peek() == '.' ||
           ((peek() == '-' || peek() == '+') && (text_[at_ - 1] == 'e' || text_[at_ - 1] == 'E'))) {
      ++at_;
    }
    add(TokenKind::number, begin, std::string(text_.substr(begin, at_ - begin)));
    return ok();
  }

  Status raw() {
    const size_t begin = at_++;
    const size_t stop = text_.find('`', at_);
    if (stop == std::string_view::npos) { return wrong(begin, "unclosed raw string"); }
    add(TokenKind::string, begin, std::string(text_.substr(at_, stop - at_)));
    at_ = stop + 1;
    return ok();
  }

  Status quoted() {
    const size_t begin = at_++;
    std::string out;
    while (true) {
      if (at_ >= text_.size() || peek() == '\n') { return wrong(begin, "unclosed string"); }
      const char c = text_[at_++];
      if (c == '"') { break; }
      if (c != '\\') {
        out += c;
        continue;
      }
      VIGIE_CHECK(escape(out));
    }
    add(TokenKind::string, begin, std::move(out));
    return ok();
  }

  Status escape(std::string& out) {
    constexpr std::string_view kFrom = "abfnrtv\\\"'";
    constexpr std::string_view kTo = "\a\b\f\n\r\t\v\\\"'";
    const char c = peek();
    ++at_;
    const size_t plain = kFrom.find(c);
    if (plain != std::string_view::npos && c != '\0') {
      out += kTo[plain];
      return ok();
    }
    const size_t digits = c == 'x' ? 2 : (c == 'u' ? 4 : (c == 'U' ? 8 : 0));
    if (digits == 0 || at_ + digits > text_.size()) { return wrong(at_ - 2, "unknown escape"); }
    uint32_t code = 0;
    for (size_t i = 0; i < digits; ++i) {
      const size_t value = std::string_view("0123456789abcdef").find(lower(text_[at_++]));
      if (value == std::string_view::npos) { return wrong(at_ - 1, "not a hexadecimal digit"); }
      code = code * 16 + static_cast<uint32_t>(value);
    }
    if (c == 'x') {
      out += static_cast<char>(code);
    } else {
      out += code > 0x10ffff ? "\xef\xbf\xbd" : utf8_of(code);
    }
    return ok();
  }
  static char lower(char c) { return c >= 'A' && c <= 'F' ? static_cast<char>(c + 32) : c; }

  std::string_view text_;
  size_t at_ = 0;
  std::vector<Token> tokens_;
};

}  // namespace

Result<std::vector<Token>> lex_template(std::string_view text) {
  return Lexer(text).run();
}

}  // namespace vigie::alerting
