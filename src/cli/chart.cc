#include "cli/chart.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>

namespace vigie::cli {

namespace {

constexpr size_t kLinesMax = 8;
constexpr std::array<const char*, kLinesMax> kColours{
    "\x1b[36m", "\x1b[33m", "\x1b[35m", "\x1b[32m", "\x1b[34m", "\x1b[31m", "\x1b[96m", "\x1b[93m"};
constexpr size_t kAxisWidth = 10;

struct Extent {
  double low = HUGE_VAL;
  double high = -HUGE_VAL;
};

/// Beyond that a difference of two values is no number any more.
constexpr double kValueMax = 1e300;

bool can_be_drawn(double value) {
  return std::abs(value) <= kValueMax;  // False for what is not a number.
}

Extent extent_of(const std::vector<ChartLine>& lines) {
  Extent out;
  for (const ChartLine& line : lines) {
    for (const double value : line.values) {
      if (!can_be_drawn(value)) { continue; }
      out.low = std::min(out.low, value);
      out.high = std::max(out.high, value);
    }
  }
  if (out.low > out.high) { return {0, 1}; }
  // A flat line is drawn in the middle, not divided by zero; what differs by the last bits of a
  // division is flat.
  const double size = std::max(std::abs(out.low), std::abs(out.high));
  if (out.high - out.low <= std::max(size * 1e-6, 1 / kValueMax)) {
    return {out.low - 1, out.high + 1};
  }
  return out;
}

/// The value axis: `count` equal steps of a round number, that the values fit between.
struct Axis {
  double low = 0;
  double step = 1;
  size_t count = 1;
  double high() const { return low + step * static_cast<double>(count); }
};

/// The next of 1, 2, 2.5, 4, 5 times a power of ten that is not below `wanted`.
double round_step(double wanted) {
  const double power = std::pow(10, std::floor(std::log10(wanted)));
  for (const double factor : {1.0, 2.0, 2.5, 4.0, 5.0}) {
    if (factor * power >= wanted * (1 - 1e-9)) { return factor * power; }
  }
  return 10 * power;
}

/// As many steps as fall on whole rows, so that the labels stand at equal distances.
Axis axis_of(Extent extent, size_t rows) {
  Axis out;
  for (const size_t count : {5, 4, 3, 2}) {
    if ((rows - 1) % count == 0) {
      out.count = count;
      break;
    }
  }
  const auto count = static_cast<double>(out.count);
  out.step = round_step((extent.high - extent.low) / count);
  for (int tries = 0; tries < 12; ++tries) {
    out.low = std::floor(extent.low / out.step + 1e-9) * out.step;
    if (out.high() >= extent.high - out.step * 1e-9) { return out; }
    out.step = round_step(out.step * 1.01);
  }
  // One step alone cannot begin at a round number on one side of 0 and end on the other.
  out.low = extent.low;
  out.step = (extent.high - extent.low) / count;
  return out;
}

/// A value of the axis, with as many digits as its steps need.
std::string label_of(double value, const Axis& axis) {
  const double size = std::max(std::abs(axis.low), std::abs(axis.high()));
  if (std::abs(value) < axis.step * 1e-6) { return "0"; }
  if (size < 0.001 || size >= 1e13) { return fmt::format("{:.2g}", value); }
  const auto [scale, letter] = size >= 1e9   ? std::pair{1e9, "G"}
                               : size >= 1e6 ? std::pair{1e6, "M"}
                               : size >= 1e4 ? std::pair{1e3, "k"}
                                             : std::pair{1.0, ""};
  const int digits = 1 - static_cast<int>(std::floor(std::log10(axis.step / scale)));
  std::string out = fmt::format("{:.{}f}", value / scale, std::clamp(digits, 0, 7));
  if (out.find('.') != std::string::npos) {
    while (out.ends_with('0')) { out.pop_back(); }
    if (out.ends_with('.')) { out.pop_back(); }
  }
  return out + letter;
}

/// Braille patterns: dots 1-3 and 7 go down the left column, 4-6 and 8 down the right (Unicode,
/// U+2800 and following).
constexpr uint8_t kDots[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};

struct Cell {
  uint8_t dots = 0;
  uint8_t line = 0;
};

class Canvas {
 public:
  Canvas(size_t columns, size_t rows) : columns_(columns), rows_(rows), cells_(columns * rows) {}

  void dot(size_t x, size_t y, size_t line) {
    Cell& cell = cells_[(y / 4) * columns_ + x / 2];
    cell.dots |= kDots[y % 4][x % 2];
    cell.line = static_cast<uint8_t>(line);
  }
  size_t dots_wide() const { return columns_ * 2; }
  size_t dots_high() const { return rows_ * 4; }

  std::string row(size_t y, bool coloured) const {
    std::string out;
    for (size_t x = 0; x < columns_; ++x) {
      const Cell& cell = cells_[y * columns_ + x];
      if (cell.dots == 0) {
        out += ' ';
        continue;
      }
      if (coloured) { out += kColours[cell.line]; }
      const uint32_t code = 0x2800 + cell.dots;
      out += static_cast<char>(0xE0 | (code >> 12));
      out += static_cast<char>(0x80 | ((code >> 6) & 0x3F));
      out += static_cast<char>(0x80 | (code & 0x3F));
      if (coloured) { out += "\x1b[0m"; }
    }
    return out;
  }

 private:
  size_t columns_, rows_;
  std::vector<Cell> cells_;
};

void draw_line(Canvas& canvas, const ChartLine& line, size_t index, Extent extent) {
  const size_t count = line.values.size();
  if (count == 0) { return; }
  std::optional<size_t> before;
  for (size_t x = 0; x < canvas.dots_wide(); ++x) {
    const double value = line.values[std::min(count - 1, x * count / canvas.dots_wide())];
    if (!can_be_drawn(value)) {
      before.reset();
      continue;
    }
    const double share = (extent.high - value) / (extent.high - extent.low);
    const auto y =
        static_cast<size_t>(std::lround(share * static_cast<double>(canvas.dots_high() - 1)));
    const size_t from = std::min(y, before.value_or(y));
    const size_t to = std::max(y, before.value_or(y));
    for (size_t between = from; between <= to; ++between) { canvas.dot(x, between, index); }
    before = y;
  }
}

/// When the chart begins and ends, below its corners.
std::string time_axis(size_t columns, const ChartLook& look) {
  const size_t taken = look.from.size() + look.to.size();
  if (look.from.empty() || taken + 1 > columns) { return ""; }
  return std::string(kAxisWidth, ' ') + look.from + std::string(columns - taken, ' ') + look.to +
         "\n";
}

}  // namespace

std::string draw_chart(const std::vector<ChartLine>& lines, const ChartLook& look) {
  const size_t columns = std::max<size_t>(look.width, kAxisWidth + 10) - kAxisWidth;
  const size_t rows = std::max<size_t>(look.height, 3);
  const bool coloured = look.coloured;
  Canvas canvas(columns, rows);
  const Axis axis = axis_of(extent_of(lines), rows);
  const Extent extent{axis.low, axis.high()};
  for (size_t i = 0; i < std::min(lines.size(), kLinesMax); ++i) {
    draw_line(canvas, lines[i], i, extent);
  }
  std::string out;
  const size_t between = (rows - 1) / axis.count;
  for (size_t y = 0; y < rows; ++y) {
    std::string label;
    if (y % between == 0) {
      const size_t steps = y / between;
      label = label_of(axis.high() - static_cast<double>(steps) * axis.step, axis);
    }
    out += fmt::format("{:>8} ┤{}\n", label, canvas.row(y, coloured));
  }
  out += time_axis(columns, look);
  for (size_t i = 0; i < std::min(lines.size(), kLinesMax); ++i) {
    out += coloured ? fmt::format("{}━\x1b[0m {}\n", kColours[i], lines[i].name)
                    : fmt::format("━ {}\n", lines[i].name);
  }
  if (lines.size() > kLinesMax) {
    out += fmt::format("and {} more series\n", lines.size() - kLinesMax);
  }
  return out;
}

}  // namespace vigie::cli
