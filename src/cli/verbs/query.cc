#include <fmt/core.h>

#include <charconv>
#include <cmath>
#include <map>

#include "base/time.h"
#include "cli/chart.h"
#include "cli/lists.h"
#include "cli/terminal.h"
#include "cli/words.h"

namespace vigie::cli {

namespace {

constexpr Option kOptions[] = {
    {"--range", "DURATION", "draw the last DURATION as a chart (1h, 30m)"},
    {"--at", "TIME", "at this time of the book's zone, or RFC 3339; not now"},
};

std::string series_name(const json::object& series) {
  const json::object* metric = get_object(series, "metric");
  if (metric == nullptr) { return "{}"; }
  std::string name = get_string(*metric, "__name__");
  std::string labels;
  for (const auto& label : *metric) {
    if (label.key() == "__name__") { continue; }
    if (!labels.empty()) { labels += ", "; }
    labels += fmt::format("{}=\"{}\"", std::string(label.key()), get_string(*metric, label.key()));
  }
  return labels.empty() && !name.empty() ? name : fmt::format("{}{{{}}}", name, labels);
}

double number_in(const json::value& text) {
  double out = std::nan("");
  if (!text.is_string()) { return out; }
  const std::string_view view = view_of(text.get_string());
  if (view == "+Inf") { return HUGE_VAL; }
  if (view == "-Inf") { return -HUGE_VAL; }
  std::from_chars(view.data(), view.data() + view.size(), out);
  return out;
}

int print_instant(Session& session, const json::object& data) {
  const json::value* result = data.if_contains("result");
  if (result == nullptr || !result->is_array()) { return 1; }
  const std::string type = get_string(data, "resultType");
  if (type == "scalar" || type == "string") {
    session.print_line(view_of(result->get_array().at(1).get_string()));
    return 0;
  }
  Table table({"value", "series"});
  for (const json::value& item : result->get_array()) {
    const json::object& series = item.get_object();
    const json::array& value = items_of(series, "value");
    table.add({value.size() == 2 ? paint(view_of(value[1].get_string()), Colour::bold) : "-",
               series_name(series)});
  }
  if (table.empty()) {
    session.print_line("no series");
    return 1;
  }
  session.print(table.text());
  return 0;
}

struct Range {
  int64_t start, end, step;
};

int print_range(Session& session, const json::object& data, const std::string& expression,
                Range range) {
  const auto [start, end, step] = range;
  std::vector<ChartLine> lines;
  const size_t count = static_cast<size_t>((end - start) / step + 1);
  for (const json::value& item : items_of(data, "result")) {
    const json::object& series = item.get_object();
    ChartLine line{series_name(series), std::vector<double>(count, std::nan(""))};
    for (const json::value& point : items_of(series, "values")) {
      const json::array& pair = point.get_array();
      const double at = pair.at(0).is_double() ? pair.at(0).get_double()
                                               : static_cast<double>(pair.at(0).get_int64());
      const auto index = static_cast<size_t>(std::max<int64_t>(
          0, std::llround((at * 1000 - static_cast<double>(start)) / static_cast<double>(step))));
      if (index < count) { line.values[index] = number_in(pair.at(1)); }
    }
    lines.push_back(std::move(line));
  }
  if (lines.empty()) {
    session.print_line("no series");
    return 1;
  }
  // The one series of a sum has no labels; it is what was asked for.
  if (lines.size() == 1 && lines.front().name == "{}") { lines.front().name = expression; }
  const json::object ends{{"from", rfc3339(wall_from_millis(start))},
                          {"to", rfc3339(wall_from_millis(end))}};
  session.print(draw_chart(lines, {.width = std::min<size_t>(terminal_width(), 160),
                                   .height = 16,
                                   .coloured = stdout_has_colours(),
                                   .from = short_time(ends, "from", present()),
                                   .to = short_time(ends, "to", present())}));
  return 0;
}

/// Shows where in the expression it went wrong: the place is "line:column: " in the message.
void point_at(const std::string& expression, const std::string& message) {
  for (size_t at = message.find(": "); at != std::string::npos; at = message.find(": ", at + 1)) {
    size_t line = 0;
    size_t column = 0;
    const char* text = message.data() + at + 2;
    const char* end = message.data() + message.size();
    const auto [colon, no_line] = std::from_chars(text, end, line);
    if (no_line != std::errc{} || colon == end || *colon != ':') { continue; }
    const auto [rest, no_column] = std::from_chars(colon + 1, end, column);
    if (no_column != std::errc{} || column == 0) { continue; }
    std::string_view shown = expression;
    for (; line > 1 && shown.find('\n') != std::string_view::npos; --line) {
      shown.remove_prefix(shown.find('\n') + 1);
    }
    fmt::print(stderr, "  {}\n  {:>{}}\n", shown.substr(0, shown.find('\n')), "^", column);
    return;
  }
}

int run(Session& session, const Arguments& arguments) {
  const std::string expression = arguments.word(0);
  if (expression.empty()) { return session.wrong_use("query needs an expression, in quotes"); }
  std::string path = "/api/v1/query";
  int64_t start = 0;
  int64_t end = to_millis(real_clock().wall());
  int64_t step = 0;
  if (arguments.has("--range")) {
    const auto range = parse_duration(arguments.value("--range"));
    if (!range || range->count() <= 0) {
      return session.wrong_use("--range: write a duration such as 1h");
    }
    path = "/api/v1/query_range";
    start = end - range->count();
    step = std::max<int64_t>(range->count() / 240, 1'000);
    add_parameter(path, "start", fmt::format("{:.3f}", static_cast<double>(start) / 1000));
    add_parameter(path, "end", fmt::format("{:.3f}", static_cast<double>(end) / 1000));
    add_parameter(path, "step", fmt::format("{:.3f}", static_cast<double>(step) / 1000));
  } else if (arguments.has("--at")) {
    const auto at = typed_time(arguments.value("--at"));
    if (!at) { return session.wrong_use("--at: " + at.error().what); }
    add_parameter(path, "time", *at);
  }
  add_parameter(path, "query", expression);
  const auto asked = session.get(path);
  if (!asked) {
    const int status = session.fail(asked.error());
    if (asked.error().code == Code::invalid) { point_at(expression, asked.error().what); }
    return status;
  }
  return show_object(session, *asked, [&](const json::object& answer) {
    for (const json::value& warning : items_of(answer, "warnings")) {
      session.print_line(paint(view_of(warning.get_string()), Colour::yellow));
    }
    const json::object* data = get_object(answer, "data");
    if (data == nullptr) { return 1; }
    return step == 0 ? print_instant(session, *data)
                     : print_range(session, *data, expression, {start, end, step});
  });
}

}  // namespace

extern const VerbKind query_verb;
const VerbKind query_verb{.name = "query",
                          .summary = "Asks a PromQL expression; with --range draws a chart",
                          .words = "EXPR",
                          .words_max = 1,
                          .options = kOptions,
                          .example = "vigie query 'sum(rate(datajs_out_total[1m]))' --range 1h",
                          .run = &run};

}  // namespace vigie::cli
