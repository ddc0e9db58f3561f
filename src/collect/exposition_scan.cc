#include "collect/exposition_scan.h"

#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>
#include <system_error>

#include "base/utf8.h"
#include "collect/text_writer.h"

namespace vigie::collect {

namespace {

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_blank(char c) {
  return c == ' ' || c == '\t';
}

size_t skip_blanks(std::string_view text, size_t at) {
  while (at < text.size() && is_blank(text[at])) { ++at; }
  return at;
}

/// Undoes `\\`, `\"` and `\n`; any other backslash stays, as in Prometheus.
std::string unescape(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char next = text[++i];
    if (next == 'n') {
      out += '\n';
    } else if (next == '\\' || next == '"') {
      out += next;
    } else {
      out += '\\';
      out += next;
    }
  }
  return out;
}

bool equals_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) { return false; }
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i] >= 'A' && text[i] <= 'Z' ? static_cast<char>(text[i] | 0x20) : text[i];
    if (c != lower[i]) { return false; }
  }
  return true;
}

/// A cursor over `{…}`; the grammar of labels of both formats, which differ in blanks.
class LabelScanner {
 public:
  LabelScanner(std::string_view braces, Grammar grammar) : text_(braces), grammar_(grammar) {}

  Status scan(bool with_name, std::vector<Labels::Pair>& out);

 private:
  void blanks() {
    if (grammar_ == Grammar::text) { at_ = skip_blanks(text_, at_); }
  }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) { return false; }
    ++at_;
    return true;
  }
  Status fail(std::string_view what) const {
    return error(Code::invalid, fmt::format("{} at byte {} of the labels", what, at_ + 1));
  }
  Result<std::string> quoted(std::string_view what);
  Result<std::string> name(bool& was_quoted);

  std::string_view text_;
  const Grammar grammar_;
  size_t at_ = 0;
};

Result<std::string> LabelScanner::quoted(std::string_view what) {
  const size_t size = scan_quoted(text_.substr(at_));
  if (size == 0) { return fail(fmt::format("{} is not in quotes", what)).error(); }
  const std::string_view inner = text_.substr(at_ + 1, size - 2);
  if (!is_utf8(inner)) { return fail(fmt::format("{} is not UTF-8", what)).error(); }
  at_ += size;
  return unescape(inner);
}

Result<std::string> LabelScanner::name(bool& was_quoted) {
  was_quoted = at_ < text_.size() && text_[at_] == '"';
  if (was_quoted) { return quoted("the name"); }
  const size_t begin = at_;
  while (at_ < text_.size() && (is_letter(text_[at_]) || is_digit(text_[at_]))) { ++at_; }
  const std::string_view word = text_.substr(begin, at_ - begin);
  if (!is_label_name(word)) {
    at_ = begin;
    return fail("no label name").error();
  }
  return std::string(word);
}

Status LabelScanner::scan(bool with_name, std::vector<Labels::Pair>& out) {
  if (!take('{')) { return fail("no opening brace"); }
  bool first = true;
  while (true) {
    blanks();
    if (take('}')) { break; }
    bool was_quoted = false;
    VIGIE_TRY(std::string label, name(was_quoted));
    blanks();
    if (with_name && was_quoted && first && at_ < text_.size() && text_[at_] != '=') {
      if (label.empty()) { return fail("an empty metric name"); }
      out.emplace_back(kMetricName, std::move(label));
    } else {
      if (!take('=')) { return fail("no = behind the label name"); }
      blanks();
      VIGIE_TRY(std::string value, quoted("the label value"));
      if (label.empty()) { return fail("an empty label name"); }
      out.emplace_back(std::move(label), std::move(value));
    }
    first = false;
    blanks();
    if (take(',')) { continue; }
    if (take('}')) { break; }
    return fail("no comma between labels");
  }
  return at_ == text_.size() ? ok() : fail("text behind the closing brace");
}

/// OpenMetrics' canonical form of a float, as Prometheus 3 writes it: Go's %g, with ".0" when
/// whole.
std::string canonical_float(double value) {
  if (!std::isfinite(value)) {
    std::string out;
    append_value(out, value);
    return out;
  }
  const double size = std::abs(value);
  // Go's shortest %g turns to exponents below 1e-4 and from 1e6 (21 digits are only for %v).
  const bool exponent = size != 0 && (size < 1e-4 || size >= 1e6);
  char digits[64];
  const auto form = exponent ? std::chars_format::scientific : std::chars_format::fixed;
  const auto done = std::to_chars(digits, digits + sizeof digits, value, form);
  std::string out(digits, done.ptr);
  if (out.find_first_of("e.") == std::string::npos) { out += ".0"; }
  return out;
}

void normalize_bounds(MetricType type, std::vector<Labels::Pair>& labels, size_t from) {
  const std::string_view wanted =
      type == MetricType::histogram || type == MetricType::gaugehistogram ? "le"
      : type == MetricType::summary                                       ? "quantile"
                                                                          : "";
  if (wanted.empty()) { return; }
  for (size_t i = from; i < labels.size(); ++i) {
    if (labels[i].first != wanted) { continue; }
    const std::optional<double> bound = scan_float(labels[i].second);
    if (bound) { labels[i].second = canonical_float(*bound); }
  }
}

}  // namespace

bool is_metric_name(std::string_view text) {
  if (text.empty() || is_digit(text.front())) { return false; }
  for (const char c : text) {
    if (!is_letter(c) && !is_digit(c) && c != ':') { return false; }
  }
  return true;
}

bool is_label_name(std::string_view text) {
  return is_metric_name(text) && text.find(':') == std::string_view::npos;
}

size_t scan_quoted(std::string_view text) {
  if (!text.starts_with('"')) { return 0; }
  for (size_t i = 1; i < text.size(); ++i) {
    if (text[i] == '\\') {
      ++i;
    } else if (text[i] == '"') {
      return i + 1;
    }
  }
  return 0;
}

size_t scan_series(std::string_view line, Grammar grammar) {
  size_t at = 0;
  while (at < line.size() && (is_letter(line[at]) || is_digit(line[at]) || line[at] == ':')) {
    ++at;
  }
  if (at > 0 && is_digit(line.front())) { return 0; }
  const size_t brace = grammar == Grammar::text ? skip_blanks(line, at) : at;
  if (brace >= line.size() || line[brace] != '{') { return at; }
  at = brace + 1;
  while (at < line.size() && line[at] != '}') {
    if (line[at] == '"') {
      const size_t quoted = scan_quoted(line.substr(at));
      if (quoted == 0) { return 0; }
      at += quoted;
    } else {
      ++at;
    }
  }
  return at < line.size() ? at + 1 : 0;
}

std::optional<double> scan_float(std::string_view text) {
  bool negative = false;
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) {
    negative = text.front() == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) { return std::nullopt; }
  if (!is_digit(text.front()) && text.front() != '.') {
    if (equals_ignoring_case(text, "nan")) { return std::nan(""); }
    if (!equals_ignoring_case(text, "inf") && !equals_ignoring_case(text, "infinity")) {
      return std::nullopt;
    }
    return negative ? -HUGE_VAL : HUGE_VAL;
  }
  double value = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (read.ptr != end) { return std::nullopt; }
  if (read.ec == std::errc::result_out_of_range) {
    // Too small is zero, too large is an error, as in Go.
    const size_t e = text.find_first_of("eE");
    if (e == std::string_view::npos || e + 1 >= text.size() || text[e + 1] != '-') {
      return std::nullopt;
    }
    value = 0;
  } else if (read.ec != std::errc()) {
    return std::nullopt;
  }
  return negative ? -value : value;
}

Status scan_labels(std::string_view braces, Grammar grammar, bool with_name,
                   std::vector<Labels::Pair>& out) {
  return LabelScanner(braces, grammar).scan(with_name, out);
}

Status parse_series(std::string_view text, Grammar grammar, MetricType type,
                    std::vector<Labels::Pair>& out) {
  const size_t from = out.size();
  const size_t brace = text.find('{');
  std::string_view name = text.substr(0, brace);
  while (grammar == Grammar::text && !name.empty() && is_blank(name.back())) {
    name.remove_suffix(1);
  }
  if (!name.empty()) {
    if (!is_metric_name(name)) { return error(Code::invalid, "no metric name"); }
    out.emplace_back(kMetricName, name);
  }
  if (brace != std::string_view::npos) {
    VIGIE_CHECK(scan_labels(text.substr(brace), grammar, name.empty(), out));
  }
  if (out.size() == from || out[from].first != kMetricName) {
    return error(Code::invalid, "a series without a metric name");
  }
  std::vector<std::string_view> names;
  names.reserve(out.size() - from);
  for (size_t i = from; i < out.size(); ++i) { names.emplace_back(out[i].first); }
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    return error(Code::invalid, fmt::format("label \"{}\" stands twice", *twice));
  }
  normalize_bounds(type, out, from);
  return ok();
}

}  // namespace vigie::collect
