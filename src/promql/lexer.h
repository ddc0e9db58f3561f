#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigie::promql {

enum class TokenKind : uint8_t { end, ident, number, duration, text, symbol };

/// One word of an expression; [begin, end) are bytes of the text.
struct Token {
  TokenKind kind = TokenKind::end;
  size_t begin = 0;
  size_t end = 0;
  std::string_view raw;
  double value = 0;  ///< Of a number; seconds of a duration.
  std::string text;  ///< Of a quoted string, escapes undone.

  bool is(std::string_view symbol) const { return kind == TokenKind::symbol && raw == symbol; }
  /// Keywords do not care about case.
  bool is_word(std::string_view lower) const;
};

/// Cuts an expression into tokens. Inside brackets a colon separates, elsewhere it belongs to
/// names (`job:up:sum`).
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}
  /// Errors: `invalid`, with the position in front.
  Result<Token> next();

 private:
  void skip_blank();
  Result<Token> number();
  Result<Token> quoted(char quote);
  Result<Token> symbol();
  Token ident();
  size_t number_end(size_t at) const;
  Error fail(size_t offset, std::string_view what) const;

  std::string_view text_;
  size_t at_ = 0;
  int brackets_ = 0;
};

/// Undoes Go's string escapes. Errors: `invalid`, without a position.
Result<std::string> unquote(std::string_view body, char quote);

}  // namespace vigie::promql
