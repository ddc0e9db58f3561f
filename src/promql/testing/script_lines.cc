#include "promql/testing/script_lines.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "promql/promql.h"

namespace vigie::promql {

std::string_view trim(std::string_view text) {
  const size_t from = text.find_first_not_of(" \t\r");
  if (from == std::string_view::npos) { return {}; }
  return text.substr(from, text.find_last_not_of(" \t\r") - from + 1);
}

std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const size_t end = std::min(text.find_first_of(" \t"), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end);
  return word;
}

std::optional<int64_t> parse_instant(std::string_view text) {
  const bool minus = text.starts_with('-');
  if (minus) { text.remove_prefix(1); }
  int64_t ms = 0;
  if (!text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos) {
    std::from_chars(text.data(), text.data() + text.size(), ms);
    ms *= 1000;
  } else {
    const auto duration = parse_duration(text);
    if (!duration) { return std::nullopt; }
    ms = duration->count();
  }
  return minus ? -ms : ms;
}

namespace {

// Where the `{...}` that starts at `from` ends, quotes respected.
size_t braces_end(std::string_view text, size_t from) {
  char quote = 0;
  for (size_t i = from; i < text.size(); ++i) {
    if (quote != 0) {
      if (text[i] == '\\') {
        ++i;
      } else if (text[i] == quote) {
        quote = 0;
      }
    } else if (text[i] == '"' || text[i] == '\'' || text[i] == '`') {
      quote = text[i];
    } else if (text[i] == '}') {
      return i + 1;
    }
  }
  return text.size();
}

Result<Labels> labels_of(std::string_view text) {
  std::string inside(trim(text));
  if (inside == "{}") { return Labels{}; }
  VIGIE_TRY(const Matchers matchers, parse_selector(inside));
  Labels labels;
  for (const auto& m : matchers) { labels.set(m.name(), m.value()); }
  return labels;
}

bool parse_number(std::string_view& text, double& value) {
  std::string_view body = text;
  const bool minus = body.starts_with('-');
  if (minus || body.starts_with('+')) { body.remove_prefix(1); }
  const auto word = [&](std::string_view w) {
    if (body.size() < w.size()) { return false; }
    for (size_t i = 0; i < w.size(); ++i) {
      if (std::tolower(static_cast<unsigned char>(body[i])) != w[i]) { return false; }
    }
    body.remove_prefix(w.size());
    return true;
  };
  if (word("inf")) {
    value = std::numeric_limits<double>::infinity();
  } else if (word("nan")) {
    value = std::numeric_limits<double>::quiet_NaN();
  } else {
    const auto [end, failure] = std::from_chars(body.data(), body.data() + body.size(), value);
    if (failure != std::errc{}) { return false; }
    body.remove_prefix(static_cast<size_t>(end - body.data()));
  }
  if (minus) { value = -value; }
  text = body;
  return true;
}

bool parse_count(std::string_view text, int64_t& count) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  return failure == std::errc{} && end == text.data() + text.size() && count >= 0;
}

// One word: "_", "_x3", "stale", "1", "1x3", "1+2x3", "1-2x3".
bool parse_item(std::string_view word, std::vector<double>& out) {
  int64_t count = 0;
  if (word.starts_with('_')) {
    if (word == "_") {
      count = 1;
    } else if (!word.starts_with("_x") || !parse_count(word.substr(2), count)) {
      return false;
    }
    out.insert(out.end(), static_cast<size_t>(count), absent_value());
    return true;
  }
  if (word == "stale") {
    out.push_back(stale_marker());
    return true;
  }
  double value = 0;
  double step = 0;
  if (!parse_number(word, value)) { return false; }
  if (word.empty()) {
    out.push_back(value);
    return true;
  }
  if (!word.starts_with('x') && !parse_number(word, step)) { return false; }
  if (!word.starts_with('x') || !parse_count(word.substr(1), count)) { return false; }
  for (int64_t i = 0; i <= count; ++i) {
    out.push_back(value);
    value += step;
  }
  return true;
}

// `{{...}}`, `{{...}}x3`, `{{...}}+{{...}}x3`: gaps, because histograms are not built.
size_t take_native(std::string_view& text) {
  size_t end = text.find("}}") + 2;
  if (end + 2 < text.size() && (text[end] == '+' || text[end] == '-') && text[end + 1] == '{') {
    end = text.find("}}", end) + 2;
  }
  std::string_view rest = text.substr(std::min(end, text.size()));
  size_t count = 1;
  if (rest.starts_with('x')) {
    rest.remove_prefix(1);
    std::string_view word = take_word(rest);
    int64_t repeats = 0;
    if (parse_count(word, repeats)) { count = static_cast<size_t>(repeats) + 1; }
  }
  text = rest;
  return count;
}

}  // namespace

Status parse_values(std::string_view text, SeriesLine& out) {
  while (true) {
    text = trim(text);
    if (text.empty()) { return ok(); }
    if (text.starts_with("{{")) {
      if (text.find("}}") == std::string_view::npos) {
        return error(Code::invalid, "an unfinished histogram");
      }
      out.native = true;
      out.values.insert(out.values.end(), take_native(text), absent_value());
      continue;
    }
    const std::string_view word = take_word(text);
    if (!parse_item(word, out.values)) {
      return error(Code::invalid, "not a value: " + std::string(word));
    }
  }
}

Result<SeriesLine> parse_series_line(std::string_view line) {
  line = trim(line);
  size_t end = 0;
  while (end < line.size() && line[end] != '{' && line[end] != ' ' && line[end] != '\t') { ++end; }
  const size_t brace = line.find_first_not_of(" \t", end);
  const bool spaced =
      brace != std::string_view::npos && line[brace] == '{' && line.substr(brace, 2) != "{{";
  if (spaced) { end = braces_end(line, brace); }
  SeriesLine out;
  VIGIE_TRY(out.labels, labels_of(line.substr(0, end)));
  VIGIE_CHECK(parse_values(line.substr(end), out));
  return out;
}

}  // namespace vigie::promql
