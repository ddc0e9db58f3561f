// rate, increase, delta: the change over a range, extrapolated to its ends; irate, idelta: of the
// last two points alone.
#include <algorithm>
#include <cmath>
#include <string_view>

#include "promql/function_kind.h"

namespace vigie::promql {

namespace {

enum class Change : uint8_t { per_second, of_counter, of_gauge };

double seconds_between(int64_t from, int64_t to) {
  return static_cast<double>(to - from) / 1000;
}

// The rise of a counter: after a reset it started from nothing.
double rise(std::span<const Point> points) {
  double total = points.back().value - points.front().value;
  for (size_t i = 1; i < points.size(); ++i) {
    if (points[i].value < points[i - 1].value) { total += points[i - 1].value; }
  }
  return total;
}

// Points seldom lie on the ends of the range. When the gap at an end is not much longer than the
// usual distance of points the series is taken to reach the end, else to reach half a distance
// further; and a counter is not taken below zero.
double extrapolated(const Window& w, Change change) {
  if (w.points.size() < 2) { return absent_value(); }
  const bool counter = change != Change::of_gauge;
  const Point& first = w.points.front();
  const Point& last = w.points.back();
  const double delta = counter ? rise(w.points) : last.value - first.value;
  const double sampled = seconds_between(to_millis(first.at), to_millis(last.at));
  const double distance = sampled / static_cast<double>(w.points.size() - 1);
  double to_start = seconds_between(w.start, to_millis(first.at));
  double to_end = seconds_between(to_millis(last.at), w.end);
  const double threshold = distance * 1.1;
  if (to_start >= threshold) { to_start = distance / 2; }
  if (counter && delta > 0 && first.value >= 0) {
    const double to_zero = sampled * (first.value / delta);
    to_start = std::min(to_start, to_zero);
  }
  if (to_end >= threshold) { to_end = distance / 2; }
  double factor = (sampled + to_start + to_end) / sampled;
  if (change == Change::per_second) { factor /= seconds_between(w.start, w.end); }
  return delta * factor;
}

double rate(const Window& w) {
  return extrapolated(w, Change::per_second);
}
double increase(const Window& w) {
  return extrapolated(w, Change::of_counter);
}
double delta(const Window& w) {
  return extrapolated(w, Change::of_gauge);
}

double irate(const Window& w) {
  if (w.points.size() < 2) { return absent_value(); }
  const Point& last = w.points.back();
  const Point& before = w.points[w.points.size() - 2];
  const double change = last.value < before.value ? last.value : last.value - before.value;
  return change / seconds_between(to_millis(before.at), to_millis(last.at));
}

double idelta(const Window& w) {
  if (w.points.size() < 2) { return absent_value(); }
  return w.points.back().value - w.points[w.points.size() - 2].value;
}

std::string not_a_counter(const Window& w) {
  const std::string_view name = w.labels->get(kMetricName);
  if (name.empty()) { return ""; }
  for (const std::string_view suffix : {"_total", "_sum", "_count", "_bucket"}) {
    if (name.ends_with(suffix)) { return ""; }
  }
  return "metric might not be a counter, name does not end in _total/_sum/_count/_bucket: \"" +
         std::string(name) + "\"";
}

constexpr Function kRows[] = {
    {.name = "rate",
     .args = kMatrix,
     .doc = "Per-second rise of a counter over a range, resets accounted for.",
     .body = {.window = &rate},
     .note = &not_a_counter},
    {.name = "increase",
     .args = kMatrix,
     .doc = "Rise of a counter over a range, resets accounted for.",
     .body = {.window = &increase},
     .note = &not_a_counter},
    {.name = "delta",
     .args = kMatrix,
     .doc = "Difference of a gauge between the ends of a range.",
     .body = {.window = &delta}},
    {.name = "irate",
     .args = kMatrix,
     .doc = "Per-second rise of a counter between its last two samples.",
     .body = {.window = &irate}},
    {.name = "idelta",
     .args = kMatrix,
     .doc = "Difference between the last two samples of a gauge.",
     .body = {.window = &idelta}},
};

}  // namespace

extern const FunctionKind rate_function;
constinit const FunctionKind rate_function{kRows};

}  // namespace vigie::promql
