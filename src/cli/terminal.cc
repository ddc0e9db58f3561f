#include "cli/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdlib>

namespace vigie::cli {

namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool coloured(int fd) {
  const char* term = std::getenv("TERM");
  const bool dumb = term != nullptr && std::string_view(term) == "dumb";
  return isatty(fd) != 0 && !dumb && !is_set("NO_COLOR");
}

std::string_view code_of(Colour colour) {
  switch (colour) {
    case Colour::none:
      return "";
    case Colour::red:
      return "\x1b[31m";
    case Colour::yellow:
      return "\x1b[33m";
    case Colour::green:
      return "\x1b[32m";
    case Colour::cyan:
      return "\x1b[36m";
    case Colour::dim:
      return "\x1b[2m";
    case Colour::bold:
      return "\x1b[1m";
  }
  return "";
}

struct StateLook {
  std::string_view state;
  Colour colour;
  std::string_view mark;
};
constexpr std::array<StateLook, 24> kLooks{
    {{"healthy", Colour::green, "●"},   {"running", Colour::green, "●"},
     {"ok", Colour::green, "●"},        {"up", Colour::green, "●"},
     {"succeeded", Colour::green, "✔"}, {"done", Colour::green, "✔"},
     {"sent", Colour::green, "✔"},      {"resolved", Colour::green, "✔"},
     {"unhealthy", Colour::red, "✖"},   {"broken", Colour::red, "✖"},
     {"failed", Colour::red, "✖"},      {"firing", Colour::red, "✖"},
     {"open", Colour::red, "✖"},        {"down", Colour::red, "✖"},
     {"escalated", Colour::red, "▲"},   {"starting", Colour::yellow, "◐"},
     {"waiting", Colour::yellow, "◐"},  {"pending", Colour::yellow, "◐"},
     {"backoff", Colour::yellow, "◐"},  {"acknowledged", Colour::yellow, "▲"},
     {"taken", Colour::yellow, "▲"},    {"starved", Colour::yellow, "○"},
     {"unknown", Colour::dim, "?"},     {"stopped", Colour::dim, "■"}}};

const StateLook* look_of(std::string_view state) {
  for (const StateLook& look : kLooks) {
    if (look.state == state) { return &look; }
  }
  return nullptr;
}

}  // namespace

bool stdout_has_colours() {
  return coloured(STDOUT_FILENO);
}
bool stderr_has_colours() {
  return coloured(STDERR_FILENO);
}

std::string paint(std::string_view text, Colour colour, bool on_terminal) {
  if (!on_terminal || colour == Colour::none) { return std::string(text); }
  return fmt::format("{}{}\x1b[0m", code_of(colour), text);
}

std::string paint(std::string_view text, Colour colour) {
  return paint(text, colour, stdout_has_colours());
}

size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col != 0) { return size.ws_col; }
  size_t columns = 0;
  if (is_set("COLUMNS")) {
    const std::string_view text = std::getenv("COLUMNS");
    std::from_chars(text.data(), text.data() + text.size(), columns);
  }
  return columns == 0 ? 100 : columns;
}

size_t table_width() {
  return isatty(STDOUT_FILENO) != 0 ? terminal_width() : SIZE_MAX;
}

size_t width_of(std::string_view text) {
  size_t width = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\x1b') {
      i = std::min(text.find('m', i), text.size() - 1);
      continue;
    }
    // Continuation bytes of UTF-8 take no column of their own.
    width += (static_cast<unsigned char>(text[i]) & 0xC0) != 0x80 ? 1 : 0;
  }
  return width;
}

Table::Table(std::vector<std::string> head) {
  for (std::string& cell : head) { cell = paint(cell, Colour::dim); }
  rows_.push_back(std::move(head));
}

void Table::add(std::vector<std::string> row) {
  row.resize(rows_.front().size());
  rows_.push_back(std::move(row));
}

namespace {

constexpr size_t kWordMax = 24;
constexpr std::string_view kGap = "  ";

size_t sum_of(const std::vector<size_t>& widths) {
  size_t sum = kGap.size() * (widths.size() - 1);
  for (const size_t width : widths) { sum += width; }
  return sum;
}

/// The longest word of a text; beyond kWordMax one may be cut.
size_t word_width(std::string_view text) {
  size_t longest = 0;
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    longest = std::max(longest, width_of(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::min(longest, kWordMax);
}

/// Takes from the widest column that has more than its longest word, until all fit; false when
/// there is none left.
bool squeeze(std::vector<size_t>& widths, const std::vector<size_t>& least, size_t width) {
  while (sum_of(widths) > width) {
    size_t widest = widths.size();
    for (size_t i = 0; i < widths.size(); ++i) {
      const bool spare = widths[i] > least[i];
      if (spare && (widest == widths.size() || widths[i] > widths[widest])) { widest = i; }
    }
    if (widest == widths.size()) { return false; }
    --widths[widest];
  }
  return true;
}

}  // namespace

std::string padded(std::string text, size_t width) {
  const size_t taken = width_of(text);
  if (taken < width) { text += std::string(width - taken, ' '); }
  return text;
}

std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> out;
  std::string colour;
  while (width > 0) {
    size_t columns = 0;
    size_t end = 0;
    size_t space = std::string_view::npos;
    std::string colour_here = colour;
    while (end < text.size()) {
      if (text[end] == '\x1b') {
        const size_t stop = std::min(text.find('m', end), text.size() - 1) + 1;
        colour_here = text.substr(end, stop - end);
        end = stop;
        continue;
      }
      const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0) != 0x80;
      if (begins && columns == width) { break; }
      if (text[end] == ' ') { space = end; }
      columns += begins ? 1 : 0;
      ++end;
    }
    const bool last = end >= text.size();
    // A word longer than the column is cut where the column ends.
    const size_t cut = last || text[end] == ' ' || space == std::string_view::npos ? end : space;
    const std::string_view line = text.substr(0, cut);
    const bool coloured_line = !colour.empty() || line.find('\x1b') != std::string_view::npos;
    out.push_back(colour + std::string(line) + (coloured_line && !last ? "\x1b[0m" : ""));
    if (last) { break; }
    const size_t escape = line.rfind('\x1b');
    if (escape != std::string_view::npos) {
      colour = line.substr(escape, line.find('m', escape) - escape + 1);
    }
    if (colour == "\x1b[0m") { colour.clear(); }
    text.remove_prefix(cut + (text[cut] == ' ' ? 1 : 0));
  }
  return out;
}

std::string Table::as_lists() const {
  size_t widest = 0;
  for (const std::string& name : rows_.front()) { widest = std::max(widest, width_of(name)); }
  std::string out;
  for (size_t row = 1; row < rows_.size(); ++row) {
    for (size_t i = 0; i < rows_[row].size(); ++i) {
      if (rows_[row][i].empty() || rows_[row][i] == "-") { continue; }
      out += padded(rows_.front()[i], widest) + std::string(kGap) + rows_[row][i] + "\n";
    }
    if (row + 1 < rows_.size()) { out += "\n"; }
  }
  return out;
}

std::string Table::text(size_t width) const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  std::vector<size_t> least(widths.size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(row[i]));
      least[i] = std::max(least[i], word_width(row[i]));
    }
  }
  if (!squeeze(widths, least, width)) { return as_lists(); }
  std::string out;
  for (const auto& row : rows_) {
    std::vector<std::vector<std::string>> cells;
    size_t height = 1;
    for (size_t i = 0; i < row.size(); ++i) {
      cells.push_back(wrapped(row[i], widths[i]));
      height = std::max(height, cells.back().size());
    }
    for (size_t y = 0; y < height; ++y) {
      std::string line;
      for (size_t i = 0; i < row.size(); ++i) {
        line += padded(y < cells[i].size() ? cells[i][y] : "", widths[i]);
        line += kGap;
      }
      while (line.ends_with(' ')) { line.pop_back(); }
      out += line + "\n";
    }
  }
  return out;
}

Colour colour_of(std::string_view state) {
  const StateLook* look = look_of(state);
  return look == nullptr ? Colour::none : look->colour;
}

std::string_view mark_of(std::string_view state) {
  const StateLook* look = look_of(state);
  return look == nullptr ? "·" : look->mark;
}

std::string painted_state(std::string_view state) {
  return paint(fmt::format("{} {}", mark_of(state), state), colour_of(state));
}

}  // namespace vigie::cli
