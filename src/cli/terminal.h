#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie::cli {

enum class Colour : uint8_t { none, red, yellow, green, cyan, dim, bold };

/// Colours only on a terminal that is not "dumb", and when NO_COLOR is not set.
bool stdout_has_colours();
bool stderr_has_colours();
std::string paint(std::string_view text, Colour colour);
std::string paint(std::string_view text, Colour colour, bool on_terminal);
/// Columns of the terminal; COLUMNS, or 100, when there is none.
size_t terminal_width();
/// The same for tables: a pipe gets every row on one line.
size_t table_width();
/// How many columns UTF-8 text takes, escape sequences not counted.
size_t width_of(std::string_view text);

/// With spaces behind it up to that many columns.
std::string padded(std::string text, size_t width);

/// Rows aligned by column; the first row is the head. Where they are wider than the terminal the
/// widest columns are wrapped between words, and in a very narrow one each row becomes a list.
class Table {
 public:
  explicit Table(std::vector<std::string> head);
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }
  std::string text() const { return text(table_width()); }
  std::string text(size_t width) const;

 private:
  std::string as_lists() const;

  std::vector<std::vector<std::string>> rows_;
};

/// Lines of at most `width` columns, broken between words where there are any; colours go on
/// across lines.
std::vector<std::string> wrapped(std::string_view text, size_t width);

/// The colour of a state's word: healthy, broken, firing, failed...
Colour colour_of(std::string_view state);
/// A shape beside the word, so that colour is never alone.
std::string_view mark_of(std::string_view state);
std::string painted_state(std::string_view state);

}  // namespace vigie::cli
