// Scraped bodies as strangers write them, and DNS answers: both grammars are read to their end or
// to an error with a line, and what the reader accepts is accepted again from the same text.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.h"
#include "collect/dns_message.h"
#include "collect/target_series.h"

namespace {

using vigie::collect::Grammar;
using vigie::collect::Ingested;
using vigie::collect::IngestRules;
using vigie::collect::ScrapedBatch;
using vigie::collect::TargetSeries;

size_t marked(const ScrapedBatch& batch) {
  size_t count = 0;
  for (const auto& sample : batch) { count += vigie::is_stale(sample.value) ? 1 : 0; }
  return count;
}

/// The same body twice, then an empty one: the second time nothing is new, at the end all is gone.
void scrape_thrice(std::string_view body, Grammar grammar) {
  TargetSeries series;
  IngestRules rules;
  rules.target_labels = vigie::Labels{{"job", "fuzz"}, {"instance", "a:1"}};
  rules.honor_timestamps = false;
  ScrapedBatch first, second, third;
  const auto once = series.ingest(body, grammar, rules, vigie::wall_from_millis(1), first);
  const auto twice = series.ingest(body, grammar, rules, vigie::wall_from_millis(2), second);
  ASSERT(once.has_value() == twice.has_value(), "read differently the second time");
  if (!once) {
    ASSERT(once.error().what.starts_with("line "), "an error without its line: {}",
           once.error().what);
    ASSERT(series.size() == 0 || marked(second) == 0, "marked what never was");
    return;
  }
  ASSERT(twice->added == 0, "{} new series in the same body", twice->added);
  ASSERT(once->scraped == twice->scraped && first.size() == second.size(), "lost samples");
  const std::string_view nothing = grammar == Grammar::text ? "" : "# EOF\n";
  const auto none = series.ingest(nothing, grammar, rules, vigie::wall_from_millis(3), third);
  ASSERT(none.has_value() && series.size() == 0, "series stayed behind");
  ASSERT(marked(third) == third.size(), "samples from nothing");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  scrape_thrice(bytes, Grammar::text);
  scrape_thrice(bytes, Grammar::openmetrics);
  static_cast<void>(vigie::collect::decode_dns(bytes).has_value());
  return 0;
}
