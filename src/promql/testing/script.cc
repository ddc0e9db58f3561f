#include "promql/testing/script.h"

#include <fmt/core.h>
#include <re2/re2.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <map>
#include <optional>

#include "promql/ast.h"
#include "promql/result_json.h"
#include "promql/testing/script_lines.h"

namespace vigie::promql {

namespace {

// What one eval promises.
struct Expected {
  bool fails = false;
  bool ordered = false;
  std::string fail_message;
  std::vector<std::pair<std::string, std::string>> notes;  // "warn", "no_info"...; rest of the line
  std::optional<std::string> text;
  std::optional<Range> matrix;  // "expect range vector from .. to .. step .."
  std::vector<SeriesLine> series;
  bool native = false;
};

struct Eval {
  ScriptCase about;
  bool is_range = false;
  Range range{};
  Expected expected;
};

class Runner {
 public:
  explicit Runner(std::string_view text) {
    while (!text.empty()) {
      const size_t end = std::min(text.find('\n'), text.size());
      lines_.push_back(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
  }

  ScriptReport run() {
    while (at_ < lines_.size()) {
      std::string_view line = trim(lines_[at_]);
      std::string_view rest = line;
      const std::string_view word = take_word(rest);
      if (word == "load" || word == "load_with_nhcb") {
        load(rest, word != "load");
      } else if (word == "clear") {
        store_.clear();
        loaded_.clear();
        native_.clear();
        ++at_;
      } else if (word.starts_with("eval")) {
        eval(word, rest);
      } else {
        ++at_;
      }
    }
    return std::move(report_);
  }

 private:
  void load(std::string_view step_text, bool also_native);
  void eval(std::string_view word, std::string_view rest);
  bool parse_times(std::string_view& rest, Eval& eval);
  void read_expected(Eval& eval);
  void read_expectation(std::string_view rest, Expected& expected);
  void judge(Eval& eval);
  bool reads_native(const Expr& expr) const;

  std::vector<std::string_view> lines_;
  size_t at_ = 0;
  tsdb::MemoryStore store_;
  std::map<Labels, std::map<int64_t, double>> loaded_;
  std::vector<Labels> native_;
  ScriptReport report_;
};

void Runner::load(std::string_view step_text, bool also_native) {
  const int64_t step = parse_instant(trim(step_text)).value_or(1);
  ++at_;
  std::map<Labels, std::map<int64_t, double>> fresh;
  for (; at_ < lines_.size() && !trim(lines_[at_]).empty(); ++at_) {
    const std::string_view line = trim(lines_[at_]);
    if (line.starts_with('#')) { continue; }
    const auto series = parse_series_line(line);
    if (!series) {
      report_.cases.push_back({.line = static_cast<int>(at_) + 1,
                               .expr = std::string(line),
                               .outcome = CaseOutcome::failed,
                               .why = series.error().what});
      continue;
    }
    if (series->native) { native_.push_back(series->labels); }
    // The native histogram that Prometheus would make of the buckets.
    std::string name(series->labels.get(kMetricName));
    if (also_native && name.ends_with("_bucket")) {
      name.resize(name.size() - 7);
      Labels labels = series->labels;
      labels.set(kMetricName, name);
      labels.erase("le");
      native_.push_back(std::move(labels));
    }
    // Of two lines for one series the later counts.
    auto& points = fresh[series->labels];
    points.clear();
    const bool stale_text = line.find("stale") != std::string_view::npos;
    for (size_t i = 0; i < series->values.size(); ++i) {
      const double v = series->values[i];
      if (is_absent(v) && !stale_text) { continue; }
      points[static_cast<int64_t>(i) * step] = v;
    }
  }
  for (auto& [labels, points] : fresh) {
    for (const auto& [at, value] : points) { loaded_[labels][at] = value; }
  }
  store_.clear();
  for (const auto& [labels, points] : loaded_) {
    for (const auto& [at, value] : points) { store_.add(labels, wall_from_millis(at), value); }
  }
}

bool Runner::parse_times(std::string_view& rest, Eval& eval) {
  const std::string_view kind = take_word(rest);
  eval.is_range = kind == "range";
  const auto number = [&](std::string_view keyword) -> std::optional<int64_t> {
    if (take_word(rest) != keyword) { return std::nullopt; }
    return parse_instant(take_word(rest));
  };
  if (!eval.is_range) {
    const auto at = number("at");
    if (!at) { return false; }
    eval.range = {wall_from_millis(*at), wall_from_millis(*at), 1ms};
    return true;
  }
  const auto from = number("from");
  const auto to = number("to");
  const auto step = number("step");
  if (!from || !to || !step) { return false; }
  eval.range = {wall_from_millis(*from), wall_from_millis(*to), Millis{*step}};
  return true;
}

void Runner::read_expectation(std::string_view rest, Expected& expected) {
  const std::string kind(take_word(rest));
  rest = trim(rest);
  if (kind == "fail") {
    expected.fails = true;
    if (rest.starts_with("msg:")) { expected.fail_message = trim(rest.substr(4)); }
  } else if (kind == "ordered") {
    expected.ordered = true;
  } else if (kind == "string") {
    expected.text = std::string(rest.substr(1, rest.size() - 2));
  } else if (kind == "range") {
    std::string_view words = rest;
    take_word(words);
    take_word(words);
    const auto from = parse_instant(take_word(words)).value_or(0);
    take_word(words);
    const auto to = parse_instant(take_word(words)).value_or(0);
    take_word(words);
    const auto step = parse_instant(take_word(words)).value_or(1);
    expected.matrix = Range{wall_from_millis(from), wall_from_millis(to), Millis{step}};
  } else {
    expected.notes.emplace_back(kind, std::string(rest));
  }
}

void Runner::read_expected(Eval& eval) {
  for (; at_ < lines_.size() && !trim(lines_[at_]).empty(); ++at_) {
    std::string_view line = trim(lines_[at_]);
    if (line.starts_with('#')) { continue; }
    std::string_view rest = line;
    if (take_word(rest) == "expect") {
      read_expectation(rest, eval.expected);
      continue;
    }
    if (line.starts_with("expected_fail_message")) {
      eval.expected.fail_message = trim(rest);
      continue;
    }
    SeriesLine values;
    if (parse_values(line, values) && !line.starts_with('{')) {
      eval.expected.series.push_back(std::move(values));
      continue;
    }
    auto series = parse_series_line(line);
    if (!series) {
      eval.about.why = fmt::format("line {}: {}", at_ + 1, series.error().what);
      continue;
    }
    eval.expected.native = eval.expected.native || series->native;
    eval.expected.series.push_back(std::move(*series));
  }
}

void Runner::eval(std::string_view word, std::string_view rest) {
  Eval eval;
  eval.about.line = static_cast<int>(at_) + 1;
  eval.expected.fails = word == "eval_fail";
  eval.expected.ordered = word == "eval_ordered";
  const bool timed = parse_times(rest, eval);
  eval.about.expr = trim(rest);
  ++at_;
  read_expected(eval);
  if (!timed) { eval.about.why = "the times are not readable"; }
  if (eval.about.why.empty()) { judge(eval); }
  if (!eval.about.why.empty()) { eval.about.outcome = CaseOutcome::failed; }
  if (eval.about.outcome == CaseOutcome::failed) {
    const auto parsed = parse(eval.about.expr);
    const bool refused =
        !parsed && parsed.error().what.find("native histograms") != std::string::npos;
    if (refused || eval.expected.native || (parsed && reads_native(*parsed))) {
      eval.about.outcome = CaseOutcome::native;
    }
  }
  report_.cases.push_back(std::move(eval.about));
}

bool Runner::reads_native(const Expr& expr) const {
  for (const Matchers& matchers : selectors_of(expr)) {
    for (const Labels& labels : native_) {
      if (tsdb::all_match(matchers, labels)) { return true; }
    }
  }
  return false;
}

bool nearly(double a, double b) {
  if (std::isnan(a) || std::isnan(b)) { return std::isnan(a) && std::isnan(b); }
  if (a == b) { return true; }
  if (std::isinf(a) || std::isinf(b)) { return false; }
  return std::abs(a - b) <= 1e-6 * std::max(std::abs(a), std::abs(b)) || std::abs(a - b) < 1e-12;
}

std::string points_text(const std::vector<double>& values) {
  std::string out;
  for (const double v : values) { out += is_absent(v) ? " _" : " " + format_value(v); }
  return out;
}

// The result's points laid on the expected steps; a point between them shows as a size that
// cannot match.
std::vector<double> on_steps(const std::vector<Point>& points, const Range& range) {
  const auto count = static_cast<size_t>((range.end - range.start) / range.step) + 1;
  std::vector<double> out(count, absent_value());
  for (const Point& p : points) {
    const Millis into = p.at - range.start;
    if (into < 0ms || into % range.step != 0ms || p.at > range.end) {
      out.push_back(p.value);
      continue;
    }
    out[static_cast<size_t>(into / range.step)] = p.value;
  }
  return out;
}

std::string compare_series(const std::vector<SeriesPoints>& got, const Expected& expected,
                           const Range& range) {
  size_t matched = 0;
  for (const SeriesLine& want : expected.series) {
    std::vector<double> values = want.values;
    const auto count = static_cast<size_t>((range.end - range.start) / range.step) + 1;
    values.resize(std::max(values.size(), count), absent_value());
    const bool empty = std::all_of(values.begin(), values.end(), is_absent);
    const auto found = std::find_if(got.begin(), got.end(),
                                    [&](const auto& s) { return s.labels == want.labels; });
    if (found == got.end()) {
      if (empty) { continue; }
      return "missing " + want.labels.text();
    }
    ++matched;
    const std::vector<double> have = on_steps(found->points, range);
    bool same = have.size() == values.size();
    for (size_t i = 0; same && i < values.size(); ++i) {
      same = is_absent(have[i]) == is_absent(values[i]) &&
             (is_absent(have[i]) || nearly(have[i], values[i]));
    }
    if (!same) {
      return fmt::format("{}: wanted{}, got{}", want.labels.text(), points_text(values),
                         points_text(have));
    }
  }
  if (matched == got.size()) { return ""; }
  for (const SeriesPoints& s : got) {
    const auto wanted = std::find_if(expected.series.begin(), expected.series.end(),
                                     [&](const auto& w) { return w.labels == s.labels; });
    if (wanted == expected.series.end()) { return "unexpected " + s.labels.text(); }
  }
  return "series of equal labels";
}

std::string compare_order(const QueryResult& got, const Expected& expected) {
  for (size_t i = 0; i < expected.series.size() && i < got.vector.size(); ++i) {
    if (got.vector[i].labels != expected.series[i].labels) {
      return fmt::format("place {} holds {}", i + 1, got.vector[i].labels.text());
    }
  }
  return "";
}

std::string compare(const QueryResult& got, const Eval& eval) {
  const Expected& expected = eval.expected;
  if (expected.text) {
    return got.type == ValueType::string && got.text == *expected.text ? "" : "got " + got.text;
  }
  std::vector<SeriesPoints> series = got.matrix;
  if (got.type == ValueType::scalar) { series.push_back({{}, {got.scalar}}); }
  for (const VectorSample& s : got.vector) { series.push_back({s.labels, {{s.at, s.value}}}); }
  std::string why =
      compare_series(series, expected, expected.matrix ? *expected.matrix : eval.range);
  if (why.empty() && expected.ordered) { why = compare_order(got, expected); }
  return why;
}

std::string compare_notes(const QueryResult& got, const Expected& expected) {
  for (const auto& [kind, text] : expected.notes) {
    const bool warn = kind == "warn" || kind == "no_warn";
    const auto& notes = warn ? got.warnings : got.infos;
    if (kind.starts_with("no_")) {
      if (!notes.empty()) { return "unexpected note: " + notes[0]; }
      continue;
    }
    if (kind != "warn" && kind != "info") { return "unknown expectation: " + kind; }
    const std::string wanted(trim(std::string_view(text).substr(
        std::min<size_t>(text.size(), text.starts_with("msg:")     ? 4
                                      : text.starts_with("regex:") ? 6
                                                                   : 0))));
    const bool found = std::any_of(notes.begin(), notes.end(), [&](const std::string& note) {
      if (text.empty()) { return true; }
      return text.starts_with("regex:") ? RE2::PartialMatch(note, wanted) : note == wanted;
    });
    if (!found) {
      return fmt::format("no {} {}{}", kind, wanted,
                         notes.empty() ? "" : "; there was: " + notes[0]);
    }
  }
  return "";
}

void Runner::judge(Eval& eval) {
  const auto expr = parse(eval.about.expr);
  const Engine engine{{.delayed_name_removal = true}};
  Result<QueryResult> got = !expr           ? Result<QueryResult>(expr.error())
                            : eval.is_range ? engine.range(*expr, eval.range, store_)
                                            : engine.instant(*expr, eval.range.start, store_);
  if (!got || eval.expected.fails) {
    if (!got && !eval.expected.fails) { eval.about.why = "failed: " + got.error().what; }
    if (got && eval.expected.fails) { eval.about.why = "should have failed"; }
    const std::string& wanted = eval.expected.fail_message;
    if (!got && eval.expected.fails && got.error().what.find(wanted) == std::string::npos) {
      eval.about.why = "failed otherwise: " + got.error().what;
    }
    return;
  }
  eval.about.why = compare(*got, eval);
  if (eval.about.why.empty()) { eval.about.why = compare_notes(*got, eval.expected); }
}

}  // namespace

size_t ScriptReport::count(CaseOutcome outcome) const {
  return static_cast<size_t>(std::count_if(
      cases.begin(), cases.end(), [&](const ScriptCase& c) { return c.outcome == outcome; }));
}

std::filesystem::path peers_folder(const std::filesystem::path& fallback) {
  const char* given = std::getenv("VIGIE_PEERS");
  std::filesystem::path folder = given != nullptr ? std::filesystem::path(given) : fallback;
  if (std::filesystem::exists(folder / "promql")) { folder /= "promql"; }
  if (!std::filesystem::exists(folder)) { return {}; }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".test") { return folder; }
  }
  return {};
}

ScriptReport run_script(std::string_view text) {
  return Runner(text).run();
}

}  // namespace vigie::promql
