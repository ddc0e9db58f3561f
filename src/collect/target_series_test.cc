#include "collect/target_series.h"

#include <gtest/gtest.h>

#include "collect/text_writer.h"

namespace vigie::collect {
namespace {

std::string show(const ScrapedBatch& batch) {
  std::string out;
  for (const ScrapedSample& sample : batch) {
    if (!out.empty()) { out += " | "; }
    out += sample.series->labels.text() + "=";
    if (is_stale(sample.value)) {
      out += "stale";
    } else {
      append_value(out, sample.value);
    }
    out += "@" + std::to_string(to_millis(sample.at));
  }
  return out;
}

class TargetSeriesTest : public testing::Test {
 protected:
  std::string scrape(std::string_view body, int64_t at) {
    ScrapedBatch out;
    const Result<Ingested> done =
        series_.ingest(body, Grammar::text, rules_, wall_from_millis(at), out);
    error_ = done ? "" : done.error().what;
    counts_ = series_.counted();
    return show(out);
  }
  TargetSeries series_;
  IngestRules rules_;
  std::string error_;
  Ingested counts_;
};

TEST_F(TargetSeriesTest, KeepsItsSeriesBetweenScrapes) {
  rules_.target_labels = Labels{{"job", "a"}, {"instance", "b:1"}};
  ScrapedBatch first, second;
  ASSERT_TRUE(
      series_.ingest("x 1\ny{z=\"1\"} 2\n", Grammar::text, rules_, wall_from_millis(1), first));
  ASSERT_TRUE(
      series_.ingest("x 3\ny{z=\"1\"} 4\n", Grammar::text, rules_, wall_from_millis(2), second));
  EXPECT_EQ(first[0].series.get(), second[0].series.get());
  EXPECT_EQ(show(second),
            "x{instance=\"b:1\", job=\"a\"}=3@2 | y{instance=\"b:1\", job=\"a\", z=\"1\"}=4@2");
}

TEST_F(TargetSeriesTest, MarksWhatVanishes) {
  EXPECT_EQ(scrape("a 1\nb 2\nc 3\n", 1), "a=1@1 | b=2@1 | c=3@1");
  EXPECT_EQ(counts_.added, 3u);
  EXPECT_EQ(scrape("c 3\na 1\n", 2), "c=3@2 | a=1@2 | b=stale@2");
  EXPECT_EQ(counts_.added, 0u);
  EXPECT_EQ(scrape("b 3\na 1\nc 1\n", 3), "b=3@3 | a=1@3 | c=1@3");
  EXPECT_EQ(counts_.added, 1u);
  EXPECT_EQ(series_.size(), 3u);
}

TEST_F(TargetSeriesTest, MarksAllWhenALineIsBroken) {
  scrape("a 1\n", 1);
  EXPECT_EQ(scrape("b 1\na x\n", 2), "a=stale@2");
  EXPECT_EQ(error_, "line 2: \"x\" is not a number");
  EXPECT_EQ(scrape("b 1\na x\n", 3), "") << "marked once only";
  EXPECT_EQ(scrape("a 1\n", 4), "a=1@4");
  EXPECT_EQ(counts_.added, 0u) << "known before the failure";
  EXPECT_EQ(series_.size(), 1u);
}

TEST_F(TargetSeriesTest, ErrorsInLabelsHaveTheirLine) {
  scrape("a 1\nb{x=y} 1\n", 1);
  EXPECT_EQ(error_, "line 2: the label value is not in quotes at byte 4 of the labels");
}

TEST_F(TargetSeriesTest, SurvivesRepeatedLines) {
  EXPECT_EQ(scrape("a 1\na 1\nb 1\n", 1), "a=1@1 | a=1@1 | b=1@1");
  EXPECT_EQ(scrape("b 1\na 1\na 2\nb 3\n", 2), "b=1@2 | a=1@2 | a=2@2 | b=3@2");
  EXPECT_EQ(scrape("", 3).size(), std::string("a=stale@3 | b=stale@3").size());
}

TEST_F(TargetSeriesTest, TimestampsAreHonoredButNotTracked) {
  EXPECT_EQ(scrape("a 1 77\n", 1), "a=1@77");
  EXPECT_EQ(scrape("", 2), "");
  rules_.track_timestamps_staleness = true;
  EXPECT_EQ(scrape("a 1 78\n", 3), "a=1@78");
  EXPECT_EQ(scrape("", 4), "a=stale@4");
  rules_.honor_timestamps = false;
  EXPECT_EQ(scrape("a 1 79\n", 5), "a=1@5");
}

TEST_F(TargetSeriesTest, EndsWhatTurnsToTimestampsOfItsOwn) {
  EXPECT_EQ(scrape("a 1\nb 1\n", 1), "a=1@1 | b=1@1");
  EXPECT_EQ(scrape("a 1 77\nb 1\n", 2), "a=1@77 | b=1@2 | a=stale@2");
  EXPECT_EQ(scrape("a 1 78\nb 1\n", 3), "a=1@78 | b=1@3") << "once";
  EXPECT_EQ(scrape("a 1\nb 1\n", 4), "a=1@4 | b=1@4");
}

// As Prometheus reports them, so that an alert on a limit sees by how much it is passed.
TEST_F(TargetSeriesTest, CountsWhatItRefuses) {
  rules_.limits.samples_max = 3;
  EXPECT_EQ(scrape("a 1\nb 1\nc 1\nd 1\ne 1\nf 1\n", 1), "");
  EXPECT_EQ(counts_.scraped, 6u);
  EXPECT_EQ(counts_.kept, 6u);
  EXPECT_EQ(series_.size(), 0u) << "what is refused is not remembered";
  scrape("a 1\nb 1\n", 2);
  EXPECT_EQ(counts_.added, 2u);
  EXPECT_EQ(scrape("a 1\nx 1\ny z\n", 3).size(), std::string("a=stale@3 | b=stale@3").size());
  EXPECT_EQ(counts_.scraped, 2u);
  EXPECT_EQ(series_.size(), 2u);
}

TEST_F(TargetSeriesTest, LimitsFailTheScrape) {
  rules_.limits.samples_max = 2;
  EXPECT_EQ(scrape("a 1\nb 1\n", 1), "a=1@1 | b=1@1");
  EXPECT_EQ(scrape("a 1\nb 1\nc 1\n", 2).find('1'), std::string::npos);
  EXPECT_EQ(error_, "sample_limit exceeded: more than 2 samples");
  rules_.limits = {.labels_max = 2};
  scrape("a{b=\"c\",d=\"e\"} 1\n", 3);
  EXPECT_EQ(error_, "line 1: label_limit exceeded: a has 3 labels, the limit is 2");
  rules_.limits = {.label_name_bytes_max = 8};
  scrape("a{abcdefghi=\"c\"} 1\n", 4);
  EXPECT_NE(error_.find("label_name_length_limit"), std::string::npos) << error_;
  rules_.limits = {.label_value_bytes_max = 3};
  scrape("a{b=\"cdef\"} 1\n", 5);
  EXPECT_NE(error_.find("label_value_length_limit"), std::string::npos) << error_;
}

TEST_F(TargetSeriesTest, ForgetsWhenRulesChange) {
  scrape("a 1\n", 1);
  ScrapedBatch out;
  series_.forget(wall_from_millis(2), out);
  EXPECT_EQ(show(out), "a=stale@2");
  EXPECT_EQ(series_.size(), 0u);
}

TEST_F(TargetSeriesTest, RemembersMetadata) {
  scrape("# HELP a Number of a.\n# TYPE a counter\na 1\n", 1);
  ASSERT_EQ(series_.metadata().size(), 1u);
  EXPECT_EQ(series_.metadata().at("a").help, "Number of a.");
  EXPECT_EQ(series_.metadata().at("a").type, MetricType::counter);
}

// Pushgateway exposes instance="" for a group without one.
TEST(TargetLabels, YieldToAnEmptyOneThatIsWritten) {
  const Labels target{{"job", "t"}, {"instance", "i"}};
  const std::vector<Labels::Pair> sample{{"__name__", "x"}, {"job", "s"}, {"instance", ""}};
  EXPECT_EQ(with_target_labels(sample, target, true).text(), "x{job=\"s\"}");
  EXPECT_EQ(with_target_labels(sample, target, false).text(),
            "x{exported_job=\"s\", instance=\"i\", job=\"t\"}");
}

TEST(TargetLabels, MoveOrYield) {
  const Labels target{{"job", "t"}, {"instance", "i"}};
  const std::vector<Labels::Pair> sample{{"__name__", "x"}, {"job", "s"}, {"exported_job", "e"}};
  EXPECT_EQ(with_target_labels(sample, target, true).text(),
            "x{exported_job=\"e\", instance=\"i\", job=\"s\"}");
  EXPECT_EQ(with_target_labels(sample, target, false).text(),
            "x{exported_exported_job=\"s\", exported_job=\"e\", instance=\"i\", job=\"t\"}");
}

}  // namespace
}  // namespace vigie::collect
