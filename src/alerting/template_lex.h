#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "alerting/template_ast.h"
#include "base/result.h"

namespace vigie::alerting {

enum class TokenKind : uint8_t {
  text,      ///< Between actions.
  open,      ///< {{
  close,     ///< }}
  word,      ///< Identifier, keyword, true, false, nil.
  field,     ///< .name, or . alone with an empty text.
  variable,  ///< $name, $ alone with an empty text.
  string,
  number,
  symbol,  ///< ( ) | , = :=
  space,   ///< Matters between words only.
  end,
};

struct Token {
  TokenKind kind = TokenKind::end;
  TextOffset at = 0;
  std::string text;
};

/// Splits a template into tokens; trim markers and comments are applied. Errors: `invalid`,
/// "line:column: what".
Result<std::vector<Token>> lex_template(std::string_view text);

/// "line:column: what", both counted from 1.
Error template_error(std::string_view text, size_t at, std::string_view what);

}  // namespace vigie::alerting
