#include "tsdb/matcher.h"

#include <gtest/gtest.h>

namespace vigie::tsdb {
namespace {

bool matches(MatchOp op, const char* pattern, const char* value) {
  return (*Matcher::make(op, "a", pattern)).matches(value);
}

TEST(Matcher, AnchorsPatternsAtBothEnds) {
  EXPECT_TRUE(matches(MatchOp::regex, "b.r", "bar"));
  EXPECT_FALSE(matches(MatchOp::regex, "b.r", "bark"));
  EXPECT_FALSE(matches(MatchOp::regex, "foo|bar", "bark"));
  EXPECT_TRUE(matches(MatchOp::not_regex, "foo|bar", "bark"));
  EXPECT_TRUE(matches(MatchOp::regex, "a.b", "a\nb"));
}

TEST(Matcher, CountsAMissingLabelAsEmpty) {
  const Labels labels{{"job", "x"}};
  EXPECT_TRUE(all_match({*Matcher::make(MatchOp::not_equal, "a", "x")}, labels));
  EXPECT_TRUE(all_match({*Matcher::make(MatchOp::regex, "a", ".*")}, labels));
  EXPECT_FALSE(all_match({*Matcher::make(MatchOp::regex, "a", ".+")}, labels));
  EXPECT_TRUE(Matcher::equal("a", "").matches_empty());
}

TEST(Matcher, RefusesABrokenPattern) {
  const auto made = Matcher::make(MatchOp::regex, "a", "(");
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, Code::invalid);
}

TEST(Matcher, KnowsTheValuesOfAnAlternation) {
  EXPECT_EQ((*Matcher::make(MatchOp::regex, "a", "x|y|")).literal_values().size(), 3U);
  EXPECT_TRUE((*Matcher::make(MatchOp::regex, "a", "x.|y")).literal_values().empty());
  EXPECT_EQ((*Matcher::make(MatchOp::regex, "a b", "x\"y")).text(), "\"a b\"=~\"x\\\"y\"");
}

}  // namespace
}  // namespace vigie::tsdb
