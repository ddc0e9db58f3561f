#include "promql/result_json.h"

#include <fmt/core.h>

#include <charconv>
#include <cmath>

#include "base/utf8.h"

namespace vigie::promql {

namespace {

void put_text(std::string& out, std::string_view text) {
  out += '"';
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += text[i++];
    } else if (c == '\n') {
      out += "\\n";
      ++i;
    } else if (c < 0x20) {
      out += fmt::format("\\u{:04x}", c);
      ++i;
    } else if (const size_t length = utf8_length(text.substr(i)); length > 0) {
      out += text.substr(i, length);
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

// "-1.25e+03" to "-1250", "5e-03" to "0.005".
std::string without_exponent(std::string_view text) {
  std::string out;
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find('e');
  int exponent = 0;
  const size_t sign = text[e + 1] == '+' ? 1 : 0;
  std::from_chars(text.data() + e + 1 + sign, text.data() + text.size(), exponent);
  std::string digits(text.substr(0, 1));
  if (e > 2) { digits += text.substr(2, e - 2); }
  const int point = exponent + 1;
  const int size = static_cast<int>(digits.size());
  if (point <= 0) { return out + "0." + std::string(static_cast<size_t>(-point), '0') + digits; }
  if (point >= size) { return out + digits + std::string(static_cast<size_t>(point - size), '0'); }
  return out + digits.substr(0, static_cast<size_t>(point)) + "." +
         digits.substr(static_cast<size_t>(point));
}

void put_labels(std::string& out, const Labels& labels) {
  out += '{';
  bool first = true;
  for (const auto& [name, value] : labels) {
    if (!first) { out += ','; }
    first = false;
    put_text(out, name);
    out += ':';
    put_text(out, value);
  }
  out += '}';
}

// Seconds with as many decimals as the milliseconds need: 1.5, 12, -0.001.
void put_time(std::string& out, WallTime at) {
  const int64_t ms = to_millis(at);
  const int64_t whole = ms / 1000;
  const int64_t rest = ms % 1000 < 0 ? -(ms % 1000) : ms % 1000;
  if (ms < 0 && whole == 0) { out += '-'; }
  out += fmt::format("{}", whole);
  if (rest == 0) { return; }
  std::string decimals = fmt::format(".{:03}", rest);
  while (decimals.back() == '0') { decimals.pop_back(); }
  out += decimals;
}

// As Prometheus' JSON has them: very large and very small ones with an exponent, as Go's %e.
void put_value(std::string& out, double value) {
  const double size = std::abs(value);
  if (!std::isfinite(value) || value == 0 || (size >= 1e-6 && size < 1e21)) {
    out += format_value(value);
    return;
  }
  char buffer[40];
  const auto [end, failure] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  if (failure == std::errc{}) { out.append(buffer, end); }
}

void put_point(std::string& out, WallTime at, double value) {
  out += '[';
  put_time(out, at);
  out += ",\"";
  put_value(out, value);
  out += "\"]";
}

void put_vector(std::string& out, const QueryResult& result) {
  bool first = true;
  for (const VectorSample& sample : result.vector) {
    out += first ? "{\"metric\":" : ",{\"metric\":";
    first = false;
    put_labels(out, sample.labels);
    out += ",\"value\":";
    put_point(out, sample.at, sample.value);
    out += '}';
  }
}

void put_matrix(std::string& out, QueryResult& result) {
  size_t points = 0;
  for (const SeriesPoints& series : result.matrix) { points += series.points.size(); }
  // A text that grows by doubling would be three times as large for a moment.
  out.reserve(out.size() + points * kTextOfPoint);
  bool first = true;
  for (SeriesPoints& series : result.matrix) {
    out += first ? "{\"metric\":" : ",{\"metric\":";
    first = false;
    put_labels(out, series.labels);
    out += ",\"values\":[";
    bool first_point = true;
    for (const Point& p : series.points) {
      if (!first_point) { out += ','; }
      first_point = false;
      put_point(out, p.at, p.value);
    }
    out += "]}";
    series.points = {};
  }
}

}  // namespace

std::string format_value(double value) {
  if (std::isnan(value)) { return "NaN"; }
  if (std::isinf(value)) { return value > 0 ? "+Inf" : "-Inf"; }
  if (value == 0) { return std::signbit(value) ? "-0" : "0"; }
  // The library's own fixed form prints every digit of a large number, not the shortest ones.
  char buffer[40];
  const auto [end, failure] =
      std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
  if (failure != std::errc{}) { return "NaN"; }
  return without_exponent({buffer, static_cast<size_t>(end - buffer)});
}

std::string json_text(std::string_view text) {
  std::string out;
  put_text(out, text);
  return out;
}

std::string labels_json(const Labels& labels) {
  std::string out;
  put_labels(out, labels);
  return out;
}

std::string result_json(QueryResult result) {
  std::string out;
  append_result(out, std::move(result));
  return out;
}

void append_result(std::string& out, QueryResult result) {
  out += fmt::format("{{\"resultType\":\"{}\",\"result\":[", name_of(result.type));
  switch (result.type) {
    case ValueType::vector:
      put_vector(out, result);
      break;
    case ValueType::matrix:
      put_matrix(out, result);
      break;
    case ValueType::scalar:
      out.pop_back();
      put_point(out, result.scalar.at, result.scalar.value);
      out += '}';
      return;
    case ValueType::string:
      put_time(out, result.scalar.at);
      out += ',';
      put_text(out, result.text);
      break;
  }
  out += "]}";
}

}  // namespace vigie::promql
