#include "cli/terminal.h"

#include <fmt/core.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace vigie::cli {

namespace {

bool coloured(int fd) {
  return isatty(fd) != 0 && std::getenv("NO_COLOR") == nullptr;
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

bool stdout_is_terminal() {
  return coloured(STDOUT_FILENO);
}
bool stderr_is_terminal() {
  return coloured(STDERR_FILENO);
}

std::string paint(std::string_view text, Colour colour, bool on_terminal) {
  if (!on_terminal || colour == Colour::none) { return std::string(text); }
  return fmt::format("{}{}\x1b[0m", code_of(colour), text);
}

std::string paint(std::string_view text, Colour colour) {
  return paint(text, colour, stdout_is_terminal());
}

size_t terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) { return 100; }
  return size.ws_col;
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

std::string Table::text() const {
  std::vector<size_t> widths(rows_.front().size(), 0);
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) { widths[i] = std::max(widths[i], width_of(row[i])); }
  }
  std::string out;
  for (const auto& row : rows_) {
    std::string line;
    for (size_t i = 0; i < row.size(); ++i) {
      line += row[i];
      if (i + 1 < row.size()) { line += std::string(widths[i] - width_of(row[i]) + 2, ' '); }
    }
    while (line.ends_with(' ')) { line.pop_back(); }
    out += line + "\n";
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
