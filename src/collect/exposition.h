#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/labels.h"

namespace vigie::collect {

/// The grammars a target may answer in.
enum class Grammar : uint8_t {
  text,         ///< Prometheus' text format 0.0.4, and 1.0.0 with quoted names.
  openmetrics,  ///< OpenMetrics 1.0: `# EOF` is required, timestamps are seconds.
};

enum class MetricType : uint8_t {
  unknown,
  counter,
  gauge,
  histogram,
  summary,
  info,
  stateset,
  gaugehistogram,
};
std::string_view name_of(MetricType type);

/// Reads one scraped body item by item without copying it; `body` outlives the reader.
///
/// Never: throws, reads beyond the body, or accepts half a line. An error ends the reading and says
/// "line N: what is wrong".
class ExpositionReader {
 public:
  enum class Item : uint8_t { sample, help, type, unit, end };

  ExpositionReader(std::string_view body, Grammar grammar) : rest_(body), grammar_(grammar) {}

  /// `expected` is the series text that stood here in the last body: when it stands here again the
  /// name and labels are not scanned. Error: `invalid`.
  Result<Item> next(std::string_view expected = {});

  // Of the newest sample. Views live as long as the body.
  std::string_view series() const { return series_; }  ///< Name and labels as they were written.
  bool was_expected() const { return was_expected_; }
  double value() const { return value_; }  ///< Any NaN arrives as the one that is not stale.
  std::optional<int64_t> timestamp() const { return timestamp_; }  ///< Milliseconds since 1970.

  // Of the newest metadata line.
  std::string_view family() const { return family_; }
  std::string_view metadata() const { return metadata_; }  ///< Help (escaped) or unit.
  MetricType type() const { return type_; }  ///< Of the newest type line; holds for samples below.
  uint32_t line() const { return line_; }

 private:
  Result<Item> fail(std::string_view what) const;
  Result<Item> read_sample(std::string_view line, std::string_view expected);
  Result<Item> read_comment(std::string_view line, bool& ignored);
  Result<Item> read_metadata(Item item, std::string_view rest);
  Result<Item> read_after_series(std::string_view rest);
  Result<Item> finish() const;
  bool take_line(std::string_view& line);

  std::string_view rest_;
  const Grammar grammar_;
  uint32_t line_ = 0;
  bool saw_eof_ = false;
  bool complete_ = true;  ///< The newest line ended with a line feed.

  std::string_view series_, family_, metadata_;
  bool was_expected_ = false;
  double value_ = 0;
  std::optional<int64_t> timestamp_;
  MetricType type_ = MetricType::unknown;
};

/// Name and labels of a series text, unsorted, `__name__` included; appended to `out`. Bounds of
/// histograms and quantiles of summaries become OpenMetrics' canonical floats ("1" is "1.0"), as
/// Prometheus 3 does. Error: `invalid`, without a line.
Status parse_series(std::string_view text, Grammar grammar, MetricType type,
                    std::vector<Labels::Pair>& out);

/// What a Content-Type header says; nothing when it names no grammar we read.
std::optional<Grammar> grammar_of(std::string_view content_type);

/// The legacy grammar of label names: letters, digits and underscores.
bool is_label_name(std::string_view text);

}  // namespace vigie::collect
