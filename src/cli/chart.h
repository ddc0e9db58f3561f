#pragma once

#include <string>
#include <vector>

namespace vigie::cli {

/// One line of a chart: values at equal steps, NaN where there is none.
struct ChartLine {
  std::string name;
  std::vector<double> values;
};

/// Draws lines with Braille dots (two by four to a character), with the value axis at the left.
/// `width` columns and `height` rows in all; at most eight lines are drawn, each with its colour.
std::string draw_chart(const std::vector<ChartLine>& lines, size_t width, size_t height,
                       bool coloured);

}  // namespace vigie::cli
