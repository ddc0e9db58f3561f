#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace vigie::cli {

enum class Colour : uint8_t { none, red, yellow, green, cyan, dim, bold };

/// Colours only when standard output is a terminal and NO_COLOR is not set.
bool stdout_is_terminal();
bool stderr_is_terminal();
std::string paint(std::string_view text, Colour colour);
std::string paint(std::string_view text, Colour colour, bool on_terminal);
/// Columns of the terminal, 100 when there is none.
size_t terminal_width();
/// How many columns UTF-8 text takes, escape sequences not counted.
size_t width_of(std::string_view text);

/// Rows aligned by column; the first row is the head. Trailing empty columns are dropped.
class Table {
 public:
  explicit Table(std::vector<std::string> head);
  void add(std::vector<std::string> row);
  bool empty() const { return rows_.size() == 1; }
  std::string text() const;

 private:
  std::vector<std::vector<std::string>> rows_;
};

/// The colour of a state's word: healthy, broken, firing, failed...
Colour colour_of(std::string_view state);
/// A shape beside the word, so that colour is never alone.
std::string_view mark_of(std::string_view state);
std::string painted_state(std::string_view state);

}  // namespace vigie::cli
