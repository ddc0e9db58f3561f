#include <gtest/gtest.h>

#include <map>

#include "base/testing/temp_dir.h"
#include "promql/promql.h"
#include "promql/result_json.h"
#include "tsdb/testing/memory_store.h"
#include "tsdb/tsdb.h"

namespace vigie::promql {
namespace {

const WallTime kStart = wall_from_millis(1'767'225'600'000);

Expr expr(std::string_view text) {
  auto parsed = parse(text);
  EXPECT_TRUE(parsed) << parsed.error().what;
  return *parsed;
}

tsdb::MemoryStore filled() {
  tsdb::MemoryStore store;
  for (int i = 0; i < 100; ++i) {
    store.add({{"__name__", "a_total"}, {"job", "x"}}, kStart + i * 10s, i);
    store.add({{"__name__", "b_total"}, {"job", "x"}}, kStart + i * 10s, i);
    store.add({{"__name__", "a_total"}, {"job", "y"}}, kStart + i * 10s, 2 * i);
  }
  return store;
}

TEST(Engine, DropsNamesAtOnceUnlessAsked) {
  const auto store = filled();
  const Engine plain;
  const auto sum =
      plain.instant(expr("sum by (__name__) (rate(a_total[1m]))"), kStart + 500s, store);
  ASSERT_TRUE(sum);
  EXPECT_EQ(sum->vector.size(), 1U);
  EXPECT_TRUE(sum->vector[0].labels.empty());
  const auto clash = plain.instant(expr("rate({job=\"x\"}[1m])"), kStart + 500s, store);
  ASSERT_FALSE(clash);
  EXPECT_EQ(clash.error().code, Code::conflict);
}

TEST(Engine, AgreesBetweenInstantAndRange) {
  const auto store = filled();
  const Engine engine;
  for (const char* text :
       {"a_total", "sum(rate(a_total[1m]))", "a_total > 50", "topk(1, a_total)",
        "avg_over_time(a_total[2m:15s] offset 30s)", "a_total / on(job) b_total", "time() - 5",
        "absent(a_total > 120)", "quantile_over_time(0.3, a_total[95s])", "hour() + vector(1)",
        "count_values(\"v\", a_total)", "timestamp(a_total)", "a_total @ 1767225700 or b_total"}) {
    const Range range{kStart - 30s, kStart + 1100s, 35s};
    const auto whole = engine.range(expr(text), range, store);
    ASSERT_TRUE(whole) << text << whole.error().what;
    for (WallTime at = range.start; at <= range.end; at += range.step) {
      const auto once = engine.instant(expr(text), at, store);
      ASSERT_TRUE(once);
      std::map<Labels, std::string> here;
      if (once->type == ValueType::scalar) { here[{}] = format_value(once->scalar.value); }
      for (const auto& s : once->vector) { here[s.labels] = format_value(s.value); }
      std::map<Labels, std::string> there;
      for (const auto& s : whole->matrix) {
        for (const Point& p : s.points) {
          if (p.at == at) { there[s.labels] = format_value(p.value); }
        }
      }
      EXPECT_EQ(here, there) << text << " at " << rfc3339(at);
    }
  }
}

TEST(Engine, HoldsItsLimits) {
  const auto store = filled();
  const Engine engine{{.samples_max = 50}};
  const auto many = engine.range(expr("a_total"), {kStart, kStart + 900s, 10s}, store);
  ASSERT_FALSE(many);
  EXPECT_EQ(many.error().code, Code::exhausted);
  EXPECT_TRUE(engine.instant(expr("b_total"), kStart + 10s, store));
  const Engine open;
  EXPECT_EQ(open.range(expr("1"), {kStart, kStart + 11'000s, 1s}, store).error().code,
            Code::invalid);
  EXPECT_EQ(open.range(expr("1"), {kStart, kStart, 0ms}, store).error().code, Code::invalid);
  EXPECT_EQ(open.range(expr("a_total[5m]"), {kStart, kStart, 1s}, store).error().code,
            Code::invalid);
}

// Each of these ended the process, or took gigabytes before it was refused.
TEST(Engine, RefusesWhatItCannotHoldBeforeItTakesIt) {
  const auto store = filled();
  const Engine engine;
  for (const char* text :
       {"count_over_time(a_total[1y:1ms])", "a_total[1y:1ms]", "sum_over_time(vector(1)[4d:1ms])",
        "absent_over_time(vector(time())[285000y:1ms])",
        "count_over_time((a_total @ 1767225700)[300d:1ms])",
        "sum_over_time(sum_over_time(vector(1)[1y:1y])[1y:1ms])"}) {
    const auto at_once = engine.instant(expr(text), kStart + 500s, store);
    ASSERT_FALSE(at_once) << text;
    EXPECT_EQ(at_once.error().code, Code::exhausted) << text << at_once.error().what;
  }
  // Few enough steps; it is what is made of them that is too much.
  const Engine small{{.samples_max = 1'000}};
  for (const char* text :
       {"max_over_time(vector(1 + time())[900s:1s])", "sum_over_time(sum(a_total)[900s:1s])",
        "sum_over_time((a_total + on(job) b_total)[900s:1s])", "a_total[900s:1s]",
        "sum_over_time(topk(1, a_total)[900s:1s])",
        "sum_over_time(count_values(\"v\", "
        "a_total)[200s:1s])",
        "sum_over_time(hour()[900s:1s]) + sum_over_time(minute()[900s:1s])"}) {
    const auto at_once = small.instant(expr(text), kStart + 500s, store);
    ASSERT_FALSE(at_once) << text;
    EXPECT_EQ(at_once.error().code, Code::exhausted) << text << at_once.error().what;
  }
  const auto steps =
      engine.range(expr("count_over_time(a_total[1y:1ms])"), {kStart, kStart + 60s, 10s}, store);
  ASSERT_FALSE(steps);
  EXPECT_EQ(steps.error().code, Code::exhausted);
}

TEST(Engine, BoundsTheInstantsItAsksAbout) {
  const auto store = filled();
  const Engine engine;
  EXPECT_EQ(engine.instant(expr("1"), wall_from_millis(INT64_MIN), store).error().code,
            Code::invalid);
  const Range all{wall_from_millis(INT64_MIN), wall_from_millis(INT64_MAX), 1ms};
  EXPECT_EQ(engine.range(expr("1"), all, store).error().code, Code::invalid);
  std::string nested = "vector(1)";
  for (int i = 0; i < 30; ++i) {
    nested = "sum_over_time(" + nested + "[285000y:285000y] offset 285000y)";
  }
  EXPECT_FALSE(engine.instant(expr(nested), kStart, store));
}

TEST(Engine, RefusesARuleThatCannotBeAnswered) {
  const EngineOptions options;
  EXPECT_TRUE(check_size(expr("max_over_time(rate(a[5m])[1w:1s])"), options));
  const auto refused = check_size(expr("1 + count_over_time(a[1y:1ms])"), options);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().what,
            "1:21: a subquery of 31536000000 steps; a query may hold 50000000 samples at once");
  EXPECT_FALSE(check_size(expr("sum_over_time(max_over_time(a[1m:1s])[2y:1s])"), options));
  EXPECT_TRUE(check_size(expr("sum_over_time(max_over_time(a[1m:1s] @ 0)[1y:1s])"), options));
}

TEST(Engine, TakesTheStepOfASubqueryFromTheBook) {
  const auto store = filled();
  Engine engine;
  const Expr count = expr("count_over_time(vector(1)[5m:])");
  EXPECT_EQ(engine.instant(count, kStart, store)->vector[0].value, 5);
  engine.set_subquery_step(30s);
  EXPECT_EQ(engine.instant(count, kStart, store)->vector[0].value, 10);
}

TEST(Engine, StopsWhenToldOrLate) {
  const auto store = filled();
  SimClock clock;
  const Engine engine{{.timeout = 0ms, .clock = &clock}};
  EXPECT_EQ(engine.instant(expr("a_total"), kStart, store).error().code, Code::timeout);
  std::stop_source stop;
  stop.request_stop();
  const QueryOptions query{.timeout = 1h, .cancel = stop.get_token()};
  EXPECT_EQ(engine.instant(expr("a_total"), kStart, store, query).error().code, Code::cancelled);
}

TEST(Engine, TakesALookbackForOneQuery) {
  const auto store = filled();
  const Engine engine;
  const WallTime later = kStart + 990s + 8min;
  EXPECT_TRUE(engine.instant(expr("b_total"), later, store)->vector.empty());
  EXPECT_EQ(engine.instant(expr("b_total"), later, store, {.lookback = 10min})->vector.size(), 1U);
}

TEST(Engine, ReadsARealStore) {
  const TempDir dir;
  auto store = std::move(*tsdb::Store::open({.dir = dir.path()}));
  for (int i = 0; i < 500; ++i) {
    const Sample batch[] = {{{{"__name__", "up"}, {"job", "x"}}, kStart + i * 1s, i % 2 * 1.0},
                            {{{"__name__", "t"}}, kStart + i * 1s, i == 400 ? stale_marker() : i}};
    ASSERT_TRUE(store->append(batch));
    if (i == 300) { ASSERT_TRUE(store->checkpoint()); }
  }
  const Engine engine;
  EXPECT_EQ(engine.instant(expr("sum_over_time(up[400s])"), kStart + 499s, *store)->vector[0].value,
            200);
  EXPECT_TRUE(engine.instant(expr("t"), kStart + 400s, *store)->vector.empty());
  EXPECT_EQ(engine.instant(expr("t"), kStart + 401s, *store)->vector[0].value, 401);
}

TEST(ResultJson, IsPrometheusForm) {
  const auto store = filled();
  const Engine engine;
  EXPECT_EQ(result_json(*engine.instant(expr("b_total"), kStart + 15s + 500ms, store)),
            "{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"b_total\",\"job\":"
            "\"x\"},\"value\":[1767225615.5,\"1\"]}]}");
  EXPECT_EQ(result_json(*engine.instant(expr("1 / 0"), kStart, store)),
            "{\"resultType\":\"scalar\",\"result\":[1767225600,\"+Inf\"]}");
  EXPECT_EQ(result_json(*engine.instant(expr("\"a\\\"b\""), kStart, store)),
            "{\"resultType\":\"string\",\"result\":[1767225600,\"a\\\"b\"]}");
  EXPECT_EQ(result_json(*engine.range(expr("vector(1)"), {kStart, kStart + 1s, 1s}, store)),
            "{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1767225600,\"1\"],"
            "[1767225601,\"1\"]]}]}");
  EXPECT_EQ(result_json(*engine.instant(expr("nothing"), kStart, store)),
            "{\"resultType\":\"vector\",\"result\":[]}");
}

TEST(ResultJson, WritesExtremesWithAnExponent) {
  const auto store = filled();
  const Engine engine;
  const auto written = [&](std::string_view text) {
    const std::string json = result_json(*engine.instant(expr(text), kStart, store));
    const size_t from = json.rfind(",\"") + 2;
    return json.substr(from, json.find('"', from) - from);
  };
  EXPECT_EQ(written("1e21"), "1e+21");
  EXPECT_EQ(written("-1.5e23"), "-1.5e+23");
  EXPECT_EQ(written("123456789e12"), "123456789000000000000");
  EXPECT_EQ(written("0.0000015"), "0.0000015");
  EXPECT_EQ(written("0.00000015"), "1.5e-07");
  EXPECT_EQ(written("1e-300"), "1e-300");
}

TEST(ResultJson, WritesNumbersAsGoDoes) {
  EXPECT_EQ(format_value(0.1), "0.1");
  EXPECT_EQ(format_value(-1250), "-1250");
  EXPECT_EQ(format_value(1e23), "100000000000000000000000");
  EXPECT_EQ(format_value(1.5e-7), "0.00000015");
  EXPECT_EQ(format_value(123456.789), "123456.789");
  EXPECT_EQ(format_value(-0.0), "-0");
  EXPECT_EQ(format_value(stale_marker()), "NaN");
  EXPECT_EQ(json_text("a\x01\xff\n\""), "\"a\\u0001\xEF\xBF\xBD\\n\\\"\"");
}

}  // namespace
}  // namespace vigie::promql
