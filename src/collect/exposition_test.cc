#include "collect/exposition.h"

#include <gtest/gtest.h>

#include <bit>

#include "collect/text_writer.h"
#include "model/sample.h"

namespace vigie::collect {
namespace {

/// Every sample as "series=value@timestamp"; or the error.
std::string read_all(std::string_view body, Grammar grammar) {
  ExpositionReader reader(body, grammar);
  std::string out;
  while (true) {
    Result<ExpositionReader::Item> item = reader.next();
    if (!item) { return item.error().what; }
    if (*item == ExpositionReader::Item::end) { return out; }
    if (*item != ExpositionReader::Item::sample) { continue; }
    std::vector<Labels::Pair> pairs;
    const Status parsed = parse_series(reader.series(), grammar, reader.type(), pairs);
    if (!parsed) { return parsed.error().what; }
    if (!out.empty()) { out += " | "; }
    out += Labels(std::move(pairs)).text() + "=";
    append_value(out, reader.value());
    if (reader.timestamp()) { out += "@" + std::to_string(*reader.timestamp()); }
  }
}

struct Case {
  std::string_view body, want;
};

TEST(TextFormat, ReadsWhatTargetsWrite) {
  const Case cases[] = {
      {"", ""},
      {"up 1", "up=1"},
      {"up 1\n", "up=1"},
      {"  up\t 1 \t\n", "up=1"},
      {"up 1 1234567890123\n", "up=1@1234567890123"},
      {"up 1 -5\n", "up=1@-5"},
      {"a:b_c2 +Inf\nb -Inf\nc NaN\nd inf\ne nan\nf Infinity\n",
       "a:b_c2=+Inf | b=-Inf | c=NaN | d=+Inf | e=NaN | f=+Inf"},
      {"x 1e3\ny .5\nz 5.\nw -0\nv 1e-999\nu +7\n", "x=1000 | y=0.5 | z=5 | w=-0 | v=0 | u=7"},
      {"x{a=\"b\",c=\"d\",} 1\n", "x{a=\"b\", c=\"d\"}=1"},
      {"x { a = \"b\" , c = \"d\" } 1\n", "x{a=\"b\", c=\"d\"}=1"},
      {"x{} 1\n", "x=1"},
      {"x{a=\"q\\\"u\\\\o\\nte\\x\"} 1\n", "x{a=\"q\\\"u\\\\o\\nte\\\\x\"}=1"},
      {"x{a=\"}{,=\"} 1\n", "x{a=\"}{,=\"}=1"},
      {"x{a=\"\"} 1\n", "x=1"},
      {"x{a=\"é€𝄞\"} 1\n", "x{a=\"é€𝄞\"}=1"},
      {"{\"my.metric\", a=\"b\"} 1\n", "my.metric{a=\"b\"}=1"},
      {"{\"my.metric\"} 1\n", "my.metric=1"},
      {"x{\"my.label\"=\"b\"} 1\n", "x{my.label=\"b\"}=1"},
      {"# a comment\n#x\n#\n\n\t\nup 1\n# HELP up is \\n it\n# TYPE up gauge\n", "up=1"},
      {"# TYPE h histogram\nh_bucket{le=\"1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_bucket{le=\"0.5\"} "
       "1\n",
       "h_bucket{le=\"1.0\"}=1 | h_bucket{le=\"+Inf\"}=2 | h_bucket{le=\"0.5\"}=1"},
      {"# TYPE s summary\ns{quantile=\"1\"} 1\ns{quantile=\"1e6\"} 1\ns{quantile=\"0.00001\"} 2\n",
       "s{quantile=\"1.0\"}=1 | s{quantile=\"1e+06\"}=1 | s{quantile=\"1e-05\"}=2"},
      {"# TYPE g gauge\ng{le=\"1\"} 1\n", "g{le=\"1\"}=1"},
  };
  for (const Case& c : cases) { EXPECT_EQ(read_all(c.body, Grammar::text), c.want) << c.body; }
}

TEST(TextFormat, RefusesBadLinesWithTheirNumber) {
  const Case cases[] = {
      {"up\n", "line 1: a series without a value"},
      {"up 1\nup one\n", "line 2: \"one\" is not a number"},
      {"up 0x10\n", "line 1: \"0x10\" is not a number"},
      {"up 1_000\n", "line 1: \"1_000\" is not a number"},
      {"up 1e999\n", "line 1: \"1e999\" is not a number"},
      {"up 1 1.5\n", "line 1: \"1.5\" is not a timestamp"},
      {"up 1 99999999999999999999\n", "line 1: \"99999999999999999999\" is not a timestamp"},
      {"up 1 2 3\n", "line 1: unexpected text behind the timestamp"},
      {"\n\n{ 1\n", "line 3: no metric name or labels that end"},
      {"1up 1\n", "line 1: no metric name or labels that end"},
      {"x{a=\"b 1\n", "line 1: no metric name or labels that end"},
      {"x{a=b} 1\n", "the label value is not in quotes at byte 4 of the labels"},
      {"x{a} 1\n", "no = behind the label name at byte 3 of the labels"},
      {"x{,} 1\n", "no label name at byte 2 of the labels"},
      {"x{a=\"1\" b=\"2\"} 1\n", "no comma between labels at byte 8 of the labels"},
      {"x{a=\"1\",a=\"2\"} 1\n", "label \"a\" stands twice"},
      {"x{a=\"\xff\"} 1\n", "the label value is not UTF-8 at byte 4 of the labels"},
      {"{a=\"b\"} 1\n", "a series without a metric name"},
      {"{\"a\", \"b\"} 1\n", "no = behind the label name at byte 10 of the labels"},
      {"x{__name__=\"y\"} 1\n", "label \"__name__\" stands twice"},
      {"# TYPE up thing\n", "line 1: unknown metric type \"thing\""},
      {"# HELP 1up x\n", "line 1: metadata needs a metric name"},
  };
  for (const Case& c : cases) { EXPECT_EQ(read_all(c.body, Grammar::text), c.want) << c.body; }
}

TEST(TextFormat, NanIsNeverAStalenessMarker) {
  ExpositionReader reader("x NaN\n", Grammar::text);
  ASSERT_TRUE(reader.next());
  EXPECT_FALSE(is_stale(reader.value()));
}

TEST(OpenMetrics, ReadsWhatTargetsWrite) {
  const Case cases[] = {
      {"# EOF\n", ""},
      {"# EOF", ""},
      {"# TYPE a counter\n# UNIT a seconds\n# HELP a it's\na_total 1\na_created 2.5\n# EOF\n",
       "a_total=1 | a_created=2.5"},
      {"a 1 1.5\n# EOF\n", "a=1@1500"},
      {"a 1 -1\n# EOF\n", "a=1@-1000"},
      {"a 1 1e3\n# EOF\n", "a=1@1000000"},
      {"a_total{x=\"y\"} 1 # {id=\"z # q\"} 0.5\n# EOF\n", "a_total{x=\"y\"}=1"},
      {"a_total 1 1.25 # {} 0.5 7.5\n# EOF\n", "a_total=1@1250"},
      {"{\"a.b\",\"c.d\"=\"e\"} 1\n# EOF\n", "a.b{c.d=\"e\"}=1"},
      {"# TYPE a stateset\na{a=\"on\"} 1\n# TYPE i info\ni_info{v=\"1\"} 1\n# EOF\n",
       "a{a=\"on\"}=1 | i_info{v=\"1\"}=1"},
      {"# TYPE g gaugehistogram\ng_bucket{le=\"5\"} 1\n# EOF\n", "g_bucket{le=\"5.0\"}=1"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(read_all(c.body, Grammar::openmetrics), c.want) << c.body;
  }
}

TEST(OpenMetrics, IsStrict) {
  const Case cases[] = {
      {"", "line 0: the data does not end with # EOF"},
      {"a 1\n", "line 1: the data does not end with # EOF"},
      {"a 1\n# EOF\na 2\n", "line 3: unexpected data after # EOF"},
      {"\n# EOF\n", "line 1: an empty line, which OpenMetrics forbids"},
      {"a  1\n# EOF\n", "line 1: \"\" is not a number"},
      {"a 1 \n# EOF\n", "line 1: a blank at the end of the line"},
      {" a 1\n# EOF\n", "line 1: no metric name or labels that end"},
      {"# comment\n# EOF\n", "line 1: a comment must be # HELP, # TYPE, # UNIT or # EOF"},
      {"#EOF\n", "line 1: a comment must be # HELP, # TYPE, # UNIT or # EOF"},
      {"# TYPE a untyped\n# EOF\n", "line 1: unknown metric type \"untyped\""},
      {"a 1 # {a=\"b\" 1\n# EOF\n", "line 1: a broken exemplar"},
      {"a 1 # {a=\"b\"}\n# EOF\n", "line 1: a broken exemplar"},
      {"a 1 NaN\n# EOF\n", "line 1: \"NaN\" is not a timestamp"},
      {"a{x = \"y\"} 1\n# EOF\n", "no = behind the label name at byte 3 of the labels"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(read_all(c.body, Grammar::openmetrics), c.want) << c.body;
  }
}

TEST(Exposition, FindsTheExpectedSeriesAgain) {
  ExpositionReader reader("a{x=\"1\"} 5\na{x=\"12\"} 6\n", Grammar::text);
  ASSERT_TRUE(reader.next("a{x=\"1\"}"));
  EXPECT_TRUE(reader.was_expected());
  EXPECT_EQ(reader.value(), 5);
  ASSERT_TRUE(reader.next("a{x=\"1\"}"));
  EXPECT_FALSE(reader.was_expected());
  EXPECT_EQ(reader.series(), "a{x=\"12\"}");
}

TEST(Exposition, MetadataNamesItsFamily) {
  ExpositionReader reader("# HELP a_b one  two\n# TYPE a_b counter\n", Grammar::text);
  EXPECT_EQ(*reader.next(), ExpositionReader::Item::help);
  EXPECT_EQ(reader.family(), "a_b");
  EXPECT_EQ(reader.metadata(), "one  two");
  EXPECT_EQ(*reader.next(), ExpositionReader::Item::type);
  EXPECT_EQ(reader.type(), MetricType::counter);
}

TEST(Exposition, ContentTypeDecides) {
  EXPECT_EQ(grammar_of("text/plain; version=0.0.4; charset=utf-8"), Grammar::text);
  EXPECT_EQ(grammar_of("text/plain"), Grammar::text);
  EXPECT_EQ(grammar_of("Application/OpenMetrics-Text; version=1.0.0"), Grammar::openmetrics);
  EXPECT_FALSE(grammar_of("text/html"));
  EXPECT_FALSE(grammar_of(""));
}

TEST(TextWriter, WritesWhatTheReaderReads) {
  TextWriter writer;
  writer.family("a", "gauge", "An a.");
  writer.sample("a", {{"x", "q\"\\\n"}, {"y", "z"}}, 0.1);
  writer.gauge("b", "A b.", 1e300);
  EXPECT_EQ(read_all(writer.text(), Grammar::text),
            "a{x=\"q\\\"\\\\\\n\", y=\"z\"}=0.1 | b=1e+300");
}

}  // namespace
}  // namespace vigie::collect
