#include "collect/exposition.h"

#include <fmt/core.h>

#include <bit>
#include <charconv>
#include <cmath>

#include "base/utf8.h"
#include "collect/exposition_scan.h"

namespace vigie::collect {

namespace {

constexpr uint64_t kNormalNan = 0x7ff8000000000001ULL;

struct TypeName {
  std::string_view name;
  MetricType type;
};
constexpr TypeName kTypes[] = {
    {"unknown", MetricType::unknown},
    {"untyped", MetricType::unknown},
    {"counter", MetricType::counter},
    {"gauge", MetricType::gauge},
    {"histogram", MetricType::histogram},
    {"summary", MetricType::summary},
    {"info", MetricType::info},
    {"stateset", MetricType::stateset},
    {"gaugehistogram", MetricType::gaugehistogram},
};

/// "12.345" as milliseconds; OpenMetrics' timestamps are seconds.
std::optional<int64_t> seconds_to_millis(std::string_view text) {
  const std::optional<double> seconds = scan_float(text);
  if (!seconds || !std::isfinite(*seconds) || std::abs(*seconds) > 9e15) { return std::nullopt; }
  return static_cast<int64_t>(std::llround(*seconds * 1000));
}

std::optional<int64_t> whole_millis(std::string_view text) {
  if (text.starts_with('+')) { text.remove_prefix(1); }
  int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) { return std::nullopt; }
  return value;
}

std::string_view take_word(std::string_view& rest, bool tabs) {
  size_t end = 0;
  while (end < rest.size() && rest[end] != ' ' && !(tabs && rest[end] == '\t')) { ++end; }
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

void skip_blanks(std::string_view& rest) {
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == '\t')) { rest.remove_prefix(1); }
}

/// ` # {labels} value [timestamp]` behind an OpenMetrics sample; read for its grammar only.
bool is_exemplar(std::string_view rest) {
  if (!rest.starts_with("# {")) { return false; }
  rest.remove_prefix(2);
  const size_t end = scan_series(rest, Grammar::openmetrics);
  std::vector<Labels::Pair> ignored;
  if (end == 0 || !scan_labels(rest.substr(0, end), Grammar::openmetrics, false, ignored)) {
    return false;
  }
  rest.remove_prefix(end);
  if (!rest.starts_with(' ')) { return false; }
  rest.remove_prefix(1);
  if (!scan_float(take_word(rest, false))) { return false; }
  if (rest.empty()) { return true; }
  rest.remove_prefix(1);
  return seconds_to_millis(take_word(rest, false)).has_value() && rest.empty();
}

}  // namespace

std::string_view name_of(MetricType type) {
  for (const TypeName& known : kTypes) {
    if (known.type == type) { return known.name; }
  }
  return "unknown";
}

Result<ExpositionReader::Item> ExpositionReader::fail(std::string_view what) const {
  return error(Code::invalid, fmt::format("line {}: {}", line_, what));
}

bool ExpositionReader::take_line(std::string_view& line) {
  if (rest_.empty()) { return false; }
  const size_t end = rest_.find('\n');
  complete_ = end != std::string_view::npos;
  line = rest_.substr(0, end);
  rest_.remove_prefix(complete_ ? end + 1 : rest_.size());
  ++line_;
  return true;
}

Result<ExpositionReader::Item> ExpositionReader::finish() const {
  if (grammar_ == Grammar::openmetrics && !saw_eof_) {
    return error(Code::invalid, fmt::format("line {}: the data does not end with # EOF", line_));
  }
  return Item::end;
}

Result<ExpositionReader::Item> ExpositionReader::next(std::string_view expected) {
  std::string_view line;
  while (take_line(line)) {
    if (saw_eof_) { return fail("unexpected data after # EOF"); }
    if (grammar_ == Grammar::text) {
      skip_blanks(line);
      if (line.empty()) { continue; }
    }
    if (line.empty()) { return fail("an empty line, which OpenMetrics forbids"); }
    if (line.front() != '#') { return read_sample(line, expected); }
    bool ignored = false;
    Result<Item> item = read_comment(line, ignored);
    if (!ignored) { return item; }
  }
  return finish();
}

Result<ExpositionReader::Item> ExpositionReader::read_comment(std::string_view line,
                                                              bool& ignored) {
  if (grammar_ == Grammar::openmetrics && line == "# EOF") {
    saw_eof_ = true;
    ignored = true;
    return Item::end;
  }
  std::string_view rest = line.substr(1);
  const bool text = grammar_ == Grammar::text;
  if (text) {
    skip_blanks(rest);
  } else if (!rest.starts_with(' ')) {
    return fail("a comment must be # HELP, # TYPE, # UNIT or # EOF");
  } else {
    rest.remove_prefix(1);
  }
  const std::string_view word = take_word(rest, text);
  if (word == "HELP" && !rest.empty()) { return read_metadata(Item::help, rest); }
  if (word == "TYPE" && !rest.empty()) { return read_metadata(Item::type, rest); }
  if (!text && word == "UNIT" && !rest.empty()) { return read_metadata(Item::unit, rest); }
  if (!text) { return fail("a comment must be # HELP, # TYPE, # UNIT or # EOF"); }
  ignored = true;
  return Item::end;
}

Result<ExpositionReader::Item> ExpositionReader::read_metadata(Item item, std::string_view rest) {
  const bool text = grammar_ == Grammar::text;
  if (text) {
    skip_blanks(rest);
  } else {
    rest.remove_prefix(1);
  }
  size_t name_end = rest.find_first_of(text ? " \t" : " ");
  if (rest.starts_with('"')) {
    const size_t quoted = scan_quoted(rest);
    if (quoted == 0) { return fail("the quoted name does not end"); }
    family_ = rest.substr(1, quoted - 2);
    name_end = quoted;
  } else {
    family_ = rest.substr(0, name_end);
    if (!is_metric_name(family_)) { return fail("metadata needs a metric name"); }
  }
  rest = name_end >= rest.size() ? std::string_view() : rest.substr(name_end);
  if (text) {
    skip_blanks(rest);
  } else if (!rest.empty()) {
    rest.remove_prefix(1);
  }
  if (!is_utf8(rest)) { return fail("the text is not UTF-8"); }
  metadata_ = rest;
  if (item != Item::type) { return item; }
  while (text && !rest.empty() && (rest.back() == ' ' || rest.back() == '\t')) {
    rest.remove_suffix(1);
  }
  for (const TypeName& known : kTypes) {
    const bool foreign = known.name == (text ? "unknown" : "untyped");
    if (known.name == rest && (text || !foreign)) {
      type_ = known.type;
      return item;
    }
  }
  return fail(fmt::format("unknown metric type \"{}\"", rest));
}

Result<ExpositionReader::Item> ExpositionReader::read_sample(std::string_view line,
                                                             std::string_view expected) {
  was_expected_ = !expected.empty() && line.size() > expected.size() &&
                  line[expected.size()] == ' ' && line.starts_with(expected);
  const size_t end = was_expected_ ? expected.size() : scan_series(line, grammar_);
  if (end == 0) { return fail("no metric name or labels that end"); }
  series_ = line.substr(0, end);
  return read_after_series(line.substr(end));
}

Result<ExpositionReader::Item> ExpositionReader::read_after_series(std::string_view rest) {
  const bool text = grammar_ == Grammar::text;
  if (rest.empty()) { return fail("a series without a value"); }
  if (!text && rest.front() != ' ') { return fail("one blank must stand before the value"); }
  if (text) {
    skip_blanks(rest);
  } else {
    rest.remove_prefix(1);
  }
  const std::string_view number = take_word(rest, text);
  const std::optional<double> value = scan_float(number);
  if (!value) { return fail(fmt::format("\"{}\" is not a number", number.substr(0, 40))); }
  value_ = std::isnan(*value) ? std::bit_cast<double>(kNormalNan) : *value;
  timestamp_.reset();
  if (text) {
    skip_blanks(rest);
  } else if (!rest.empty()) {
    rest.remove_prefix(1);
    if (rest.starts_with('#')) {
      return is_exemplar(rest) ? Result<Item>(Item::sample) : fail("a broken exemplar");
    }
    if (rest.empty()) { return fail("a blank at the end of the line"); }
  }
  if (!rest.empty()) {
    const std::string_view stamp = take_word(rest, text);
    timestamp_ = text ? whole_millis(stamp) : seconds_to_millis(stamp);
    if (!timestamp_) { return fail(fmt::format("\"{}\" is not a timestamp", stamp.substr(0, 40))); }
  }
  if (text) {
    skip_blanks(rest);
  } else if (!rest.empty()) {
    rest.remove_prefix(1);
    return is_exemplar(rest) ? Result<Item>(Item::sample) : fail("a broken exemplar");
  }
  if (!rest.empty()) { return fail("unexpected text behind the timestamp"); }
  if (!text && !complete_) { return fail("the last line does not end"); }
  return Item::sample;
}

std::optional<Grammar> grammar_of(std::string_view content_type) {
  std::string_view kind = content_type.substr(0, content_type.find(';'));
  while (kind.ends_with(' ')) { kind.remove_suffix(1); }
  while (kind.starts_with(' ')) { kind.remove_prefix(1); }
  std::string lower(kind);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') { c = static_cast<char>(c - 'A' + 'a'); }
  }
  if (lower == "application/openmetrics-text") { return Grammar::openmetrics; }
  if (lower == "text/plain") { return Grammar::text; }
  return std::nullopt;
}

}  // namespace vigie::collect
