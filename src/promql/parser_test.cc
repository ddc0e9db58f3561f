#include <gtest/gtest.h>

#include "base/random.h"
#include "promql/function_kind.h"
#include "promql/promql.h"
#include "tsdb/testing/memory_store.h"

namespace vigie::promql {
namespace {

std::string failure_of(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? "" : parsed.error().what;
}

TEST(Parser, NamesThePlaceOfAnError) {
  EXPECT_EQ(failure_of(""), "1:1: parse error: no expression found in input");
  EXPECT_EQ(failure_of("up +"), "1:5: parse error: unexpected end of input");
  EXPECT_EQ(failure_of("sum(up) by (job"),
            "1:16: parse error: unexpected end of input in grouping "
            "opts, expected \",\"");
  EXPECT_EQ(failure_of("up\n  ~ 3"), "2:3: parse error: unexpected character: '~'");
  EXPECT_EQ(failure_of("rate(up)"),
            "1:6: parse error: expected type range vector in call to function \"rate\", got "
            "instant vector");
  EXPECT_EQ(failure_of("up{a=~\"*\"}").substr(0, 44),
            "1:7: parse error: the pattern \"*\" does not c");
}

TEST(Parser, RefusesDepthInsteadOfFallingOver) {
  EXPECT_NE(failure_of(std::string(100'000, '(')), "");
  EXPECT_NE(failure_of(std::string(100'000, '-')), "");
  std::string chain = "1";
  for (int i = 0; i < 5000; ++i) { chain += "+1"; }
  EXPECT_NE(failure_of(chain), "");
}

TEST(Parser, RefusesWhatOnlyNativeHistogramsHave) {
  EXPECT_NE(failure_of("h </ 3").find("native histograms"), std::string::npos);
}

TEST(Parser, ReadsASelectorAlone) {
  const auto matchers = parse_selector("up{job=\"x\"}");
  ASSERT_TRUE(matchers);
  EXPECT_EQ(matchers->size(), 2U);
  EXPECT_FALSE(parse_selector("sum(up)"));
  EXPECT_FALSE(parse_selector("up offset 5m"));
}

std::string normal(std::string_view text) {
  const auto parsed = parse(text);
  return parsed ? format(*parsed) : parsed.error().what;
}

TEST(Printer, GivesTheNormalForm) {
  EXPECT_EQ(normal("sum  by(job)(rate(x{a='b'}[5m]))>0.5"),
            "sum by (job) (rate(x{a=\"b\"}[5m])) > 0.5");
  EXPECT_EQ(normal("a*on(x)group_left(y)b"), "a * on (x) group_left (y) b");
  EXPECT_EQ(normal("-(a or b)offset 5m @ 3"),
            "1:10: parse error: offset modifier must be preceded "
            "by an instant vector selector or range vector "
            "selector or a subquery");
  EXPECT_EQ(normal("a[1h:5m]offset-5m"), "a[1h:5m] offset -5m");
  EXPECT_EQ(normal("{\"a b\",c!=\"d\"}"), "{\"a b\",c!=\"d\"}");
  EXPECT_EQ(normal("a@end()"), "a @ end()");
  EXPECT_EQ(normal("topk(3,a)"), "topk(3, a)");
}

TEST(Printer, IsReadBackTheSame) {
  for (const char* text :
       {"1h + sum_over_time(a[5m:] offset 1m)", "a == bool 2 unless ignoring (x) b",
        "quantile(0.9, a) by (x)", "label_replace(a, \"x\", \"$1\", \"y\", \"(.*)\\\\n\")",
        "-a ^ 2", "time() - 1e300", "count_values without (a) (\"v\", b)",
        "a @ 1.500 offset step()", "Inf", "{x=\"\\x01\"} or a"}) {
    ASSERT_TRUE(parse(text)) << failure_of(text);
    const std::string once = normal(text);
    EXPECT_EQ(normal(once), once) << text;
  }
}

// Expressions taken apart and put together wrongly: an error or an expression, never a crash.
TEST(Parser, SurvivesGarbage) {
  const std::vector<std::string> pieces = {
      "sum",   " by ",     "(",    ")",    "[",      "]",      "{",    "}",   "a",
      "\"x\"", "'",        "5m",   ":",    "@",      "-",      "+",    "^",   "==",
      "bool ", " offset ", "rate", ",",    "=~",     "1e",     "0x",   "NaN", "start",
      "end()", "`",        "\\",   "topk", " on ",   "time()", "\xff", "#",   " and ",
      "1",     "..",       "_",    "!=",   "unless", "step()", "</",   "\n"};
  Random random(11);
  const Engine engine{{.samples_max = 10'000}};
  const tsdb::MemoryStore store;
  size_t good = 0;
  for (int i = 0; i < 40'000; ++i) {
    std::string text;
    for (uint64_t k = random.below(9); k-- > 0;) { text += random.pick(pieces); }
    const auto parsed = parse(text);
    if (!parsed) {
      EXPECT_EQ(parsed.error().code, Code::invalid);
      continue;
    }
    ++good;
    const std::string once = format(*parsed);
    EXPECT_EQ(normal(once), once) << text;
    (void)engine.instant(*parsed, wall_from_millis(1000), store);
    (void)engine.range(*parsed, {wall_from_millis(0), wall_from_millis(9000), 1s}, store);
  }
  EXPECT_GT(good, 100U);
}

TEST(Reads, KnowsTheMetricsOfAnExpression) {
  const auto reads = [](std::string_view text) { return reads_of(*parse(text)); };
  const Reads plain = reads("sum(a) / b{x=\"y\"} > 3");
  EXPECT_EQ(plain.metric_names, (std::set<std::string>{"a", "b"}));
  EXPECT_FALSE(plain.moves_with_time);
  EXPECT_FALSE(plain.any_metric);
  const Reads ranged = reads("rate(a[5m] offset 1h)");
  EXPECT_TRUE(ranged.moves_with_time);
  EXPECT_EQ(ranged.reach, 65min);
  EXPECT_TRUE(reads("{job=\"x\"}").any_metric);
  EXPECT_EQ(reads("{__name__=~\"a|b\"}").metric_names.size(), 2U);
  EXPECT_TRUE(reads("hour() > 8").only_time());
  EXPECT_TRUE(reads("absent(a)").moves_with_time);
  EXPECT_EQ(selectors_of(*parse("a + sum_over_time(b[5m:])")).size(), 2U);
}

TEST(Functions, AreDescribedAndComputed) {
  size_t rows = 0;
  for (const FunctionKind* kind : function_kinds()) {
    for (const Function& f : kind->rows) {
      ++rows;
      EXPECT_FALSE(f.doc.empty()) << f.name;
      EXPECT_LE(f.optional, f.args.size()) << f.name;
      const int bodies = (f.body.value != nullptr) + (f.body.value_with != nullptr) +
                         (f.body.window != nullptr) + (f.body.scalar != nullptr) +
                         (f.body.whole != nullptr);
      EXPECT_EQ(bodies, 1) << f.name;
      EXPECT_EQ(find_function(f.name), &f) << f.name << " is there twice";
    }
  }
  EXPECT_GT(rows, 75U);
}

}  // namespace
}  // namespace vigie::promql
