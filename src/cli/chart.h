#pragma once

#include <string>
#include <vector>

namespace vigie::cli {

/// One line of a chart: values at equal steps, NaN where there is none.
struct ChartLine {
  std::string name;
  std::vector<double> values;
};

struct ChartLook {
  size_t width = 80;  ///< Columns in all.
  size_t height = 16;
  bool coloured = false;
  std::string from, to;  ///< When it begins and ends, in words; "": no time axis.
};

/// Draws lines with Braille dots (two by four to a character), with the value axis at the left and
/// the time below. At most eight lines are drawn, each with its colour.
std::string draw_chart(const std::vector<ChartLine>& lines, const ChartLook& look);

}  // namespace vigie::cli
