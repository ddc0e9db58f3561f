#include "alerting/evaluator.h"

#include <gtest/gtest.h>

#include <deque>

#include "base/json.h"
#include "config/book.h"
#include "tsdb/testing/memory_store.h"

namespace vigie::alerting {
namespace {

constexpr std::string_view kBook = R"yaml(
external-url: https://vigie.example.org
global: {external_labels: {site: north}, evaluation_interval: 30s}
rule_groups:
  - file: rules/a.yml
    name: g
    rules:
      - alert: Down
        expr: up == 0
        for: 1m
        labels: {severity: critical, who: "{{ $labels.job }}"}
        annotations:
          summary: "{{ $labels.instance }} of {{ $externalLabels.site }} is down ({{ $value }})"
          broken: "{{ $labels.job.x }}"
          count: "{{ with query \"count(up)\" }}{{ . | first | value }}{{ end }}"
      - record: job:up:sum
        expr: sum by (job) (up)
        labels: {kind: sum}
      - {alert: AllDown, expr: "job:up:sum == 0"}
      - {alert: Gone, expr: absent(heartbeat)}
      - {alert: Same, expr: "label_replace(up, \"instance\", \"\", \"\", \"\")"}
      - {alert: Any, expr: "count({job=\"x\"}) > 5"}
  - file: rules/a.yml
    name: few
    limit: 1
    rules:
      - {alert: Few, expr: up == 0}
      - {alert: Words, expr: up == 0, annotations: {v: "{{ query \"load\" | first | value }}"}}
)yaml";

class Evaluate : public ::testing::Test {
 protected:
  void SetUp() override { make(); }

  void make() {
    evaluator_.reset();
    EvaluatorDeps deps{.engine = &engine_,
                       .querier = &store_,
                       .clock = &clock_,
                       .write =
                           [this](SampleBatch batch) {
                             std::set<std::string> names;
                             for (const Sample& sample : batch) {
                               store_.add(sample.labels, sample.at, sample.value);
                               names.insert(std::string(sample.labels.get(kMetricName)));
                               written_.push_back(sample);
                             }
                             late_.push_back(names);
                             return ok();
                           },
                       .execute =
                           [this](Work work) {
                             if (loses_) { return; }
                             work();
                           },
                       .sink = [this](EventBody body) { events_.push_back(std::move(body)); },
                       .wake = {}};
    evaluator_ = std::make_unique<RuleEvaluator>(std::move(deps));
  }

  void adopt(std::string_view yaml) {
    config::Problems problems;
    const config::Node root = config::parse_yaml(yaml, "vigie.yml", problems);
    check_book(root, problems);
    EXPECT_EQ(problems.errors(), 0U) << problems.text();
    evaluator_->adopt(root);
    drain();
  }

  /// The store's listener, as the daemon connects it, without recursion.
  void drain() {
    for (int guard = 0; !late_.empty() && guard < 1'000; ++guard) {
      const std::set<std::string> names = late_.front();
      late_.pop_front();
      evaluator_->samples_arrived(names, clock_.wall());
    }
  }

  void scrape(std::string_view instance, double up, std::string_view job = "db") {
    put(Labels{{"__name__", "up"}, {"instance", std::string(instance)}, {"job", std::string(job)}},
        up);
  }
  void put(const Labels& labels, double value) {
    store_.add(labels, clock_.wall(), value);
    evaluator_->samples_arrived({std::string(labels.get(kMetricName))}, clock_.wall());
    drain();
  }

  void forward(Millis by) {
    const MonoTime until = clock_.mono() + by;
    for (int guard = 0; guard < 100'000; ++guard) {
      const std::optional<MonoTime> next = evaluator_->next_tick();
      if (!next || *next > until) { break; }
      if (*next > clock_.mono()) { clock_.advance(*next - clock_.mono()); }
      evaluator_->tick();
      drain();
    }
    if (until > clock_.mono()) { clock_.advance(until - clock_.mono()); }
  }

  template <class T>
  std::vector<T> all(std::string_view rule = "") const {
    std::vector<T> out;
    for (const EventBody& body : events_) {
      const T* one = std::get_if<T>(&body);
      if (one == nullptr) { continue; }
      if constexpr (requires { one->rule; }) {
        if (!one->rule.ends_with(";" + std::string(rule))) { continue; }
      }
      out.push_back(*one);
    }
    return out;
  }
  size_t count_written(std::string_view metric) const {
    size_t out = 0;
    for (const Sample& sample : written_) {
      out += sample.labels.get(kMetricName) == metric ? 1 : 0;
    }
    return out;
  }
  RuleHealth health(std::string_view name) const {
    for (const RuleHealth& one : evaluator_->rules()) {
      if (one.name == name) { return one; }
    }
    return {};
  }

  promql::Engine engine_;
  tsdb::MemoryStore store_;
  SimClock clock_;
  std::vector<EventBody> events_;
  std::vector<Sample> written_;
  std::deque<std::set<std::string>> late_;
  bool loses_ = false;
  std::unique_ptr<RuleEvaluator> evaluator_;
};

TEST_F(Evaluate, SaysWhatRoseAtOnceAndWhatFell) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 1);
  forward(10ms);
  EXPECT_TRUE(all<ConditionRose>("Down").empty());
  scrape("a", 0);
  ASSERT_EQ(all<ConditionRose>("Down").size(), 1U) << "no timer was needed";
  const ConditionRose rose = all<ConditionRose>("Down")[0];
  EXPECT_EQ(rose.rule, "rules/a.yml;g;Down");
  EXPECT_EQ(rose.labels.text(),
            R"({alertname="Down", instance="a", job="db", severity="critical", who="db"})");
  EXPECT_EQ(rose.annotations.at("summary"), "a of north is down (0)");
  EXPECT_EQ(rose.annotations.at("count"), "1");
  EXPECT_EQ(rose.annotations.at("broken"),
            "<error expanding template: 1:4: can't evaluate field x in type string>");
  forward(1s);
  scrape("a", 1);
  ASSERT_EQ(all<ConditionFell>("Down").size(), 1U);
  EXPECT_EQ(all<ConditionFell>("Down")[0].labels, rose.labels);
  forward(5min);
  EXPECT_EQ(all<ConditionRose>("Down").size(), 1U);
}

TEST_F(Evaluate, FindsByTheClockWhatNoSampleTells) {
  adopt(kBook);
  put(Labels{{"__name__", "heartbeat"}}, 1);
  forward(10ms);
  const size_t at_start = all<ConditionRose>("Gone").size();
  forward(5min + 31s);
  EXPECT_EQ(all<ConditionRose>("Gone").size(), at_start + 1);
}

TEST_F(Evaluate, RecordsAndWakesWhatReadsIt) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 1);
  forward(2s);
  scrape("a", 0);
  forward(10ms);
  EXPECT_EQ(all<ConditionRose>("AllDown").size(), 1U);
  ASSERT_GE(count_written("job:up:sum"), 2U);
  bool found = false;
  for (const Sample& sample : written_) {
    found = found || sample.labels.text() == R"(job:up:sum{job="db", kind="sum"})";
  }
  EXPECT_TRUE(found);
}

TEST_F(Evaluate, RecordsAtMostOnceASecondAndOnlyNewsBetween) {
  adopt(kBook);
  forward(10ms);
  for (int i = 0; i < 100; ++i) {
    scrape("a", 1);
    forward(100ms);
  }
  EXPECT_LE(count_written("job:up:sum"), 2U) << "nothing changed but the first";
  for (int i = 0; i < 100; ++i) {
    scrape("a", i % 2);
    forward(100ms);
  }
  EXPECT_LE(count_written("job:up:sum"), 14U);
}

TEST_F(Evaluate, LooksAgainAtWhatTheGapHeldBack) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 1);
  forward(100ms);
  scrape("a", 0);
  forward(1s);
  EXPECT_EQ(all<ConditionRose>("AllDown").size(), 1U) << "not an interval later";
}

TEST_F(Evaluate, EndsRecordedSeriesThatVanish) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 1);
  forward(2s);
  scrape("a", stale_marker());
  forward(2s);
  bool ended = false;
  for (const Sample& sample : written_) {
    ended = ended || (sample.labels.get(kMetricName) == "job:up:sum" && is_stale(sample.value));
  }
  EXPECT_TRUE(ended);
}

TEST_F(Evaluate, KeepsTheStateWhenAnEvaluationFails) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 0);
  ASSERT_EQ(all<ConditionRose>("Few").size(), 1U);
  forward(1s);
  scrape("b", 0);
  forward(1s);
  EXPECT_EQ(health("Few").health, "err");
  EXPECT_EQ(health("Few").error, "exceeded limit of 1 with 2 alerts");
  EXPECT_TRUE(all<ConditionFell>("Few").empty());
  EXPECT_EQ(health("Same").health, "err");
  EXPECT_NE(health("Same").error.find("same labelset"), std::string::npos);
  forward(1s);
  scrape("b", 1);
  EXPECT_EQ(health("Few").health, "ok");
  EXPECT_EQ(all<ConditionRose>("Few").size(), 1U);
}

TEST_F(Evaluate, WritesAlertsAsSeries) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 0);
  std::string series;
  const auto newest = [&](std::string_view state) {
    double value = -1;
    for (const Sample& sample : written_) {
      if (sample.labels.get("alertname") == "Down" && sample.labels.get("alertstate") == state) {
        value = is_stale(sample.value) ? 0 : sample.value;
      }
    }
    return value;
  };
  EXPECT_EQ(newest("pending"), 1);
  EXPECT_EQ(newest("firing"), -1);
  EXPECT_GE(count_written("ALERTS_FOR_STATE"), 1U);
  forward(2min);
  EXPECT_EQ(newest("pending"), 0);
  EXPECT_EQ(newest("firing"), 1);
  forward(10ms);
  scrape("a", 1);
  EXPECT_EQ(newest("firing"), 0);
}

TEST_F(Evaluate, RewordsAtMostOnceAMinute) {
  adopt(kBook);
  forward(10ms);
  put(Labels{{"__name__", "load"}}, 1);
  forward(10ms);
  scrape("a", 0);
  for (int i = 0; i < 180; ++i) {
    forward(1s);
    put(Labels{{"__name__", "load"}}, i);
    scrape("a", 0);
  }
  EXPECT_EQ(all<ConditionRose>("Words").size(), 1U);
  EXPECT_GE(all<ConditionUpdated>("Words").size(), 2U);
  EXPECT_LE(all<ConditionUpdated>("Words").size(), 3U);
}

TEST_F(Evaluate, SaysWhatEndedWhileItWasDown) {
  const ActiveCondition ended{.rule = "rules/a.yml;few;Few",
                              .labels = Labels{{"alertname", "Few"}, {"instance", "z"}},
                              .active_at = clock_.wall() - 1h};
  const ActiveCondition holds{
      .rule = "rules/a.yml;few;Few",
      .labels = Labels{{"alertname", "Few"}, {"instance", "a"}, {"job", "db"}},
      .active_at = clock_.wall() - 1h};
  for (const bool before : {true, false}) {
    clock_.advance(1s);
    scrape("a", 0);
    make();
    events_.clear();
    if (before) { evaluator_->prime(std::vector{ended, holds}); }
    adopt(kBook);
    if (!before) { evaluator_->prime(std::vector{ended, holds}); }
    forward(1s);
    ASSERT_EQ(all<ConditionFell>("Few").size(), 1U);
    EXPECT_EQ(all<ConditionFell>("Few")[0].labels, ended.labels);
    EXPECT_EQ(all<ConditionRose>("Few").size(), 1U) << "said again: the decider asked";
  }
}

TEST_F(Evaluate, DoesNotTakeALongDowntimeForARecovery) {
  const ActiveCondition held{
      .rule = "rules/a.yml;few;Few",
      .labels = Labels{{"alertname", "Few"}, {"instance", "a"}, {"job", "db"}},
      .active_at = clock_.wall() - 1h};
  scrape("a", 0);
  clock_.advance(20min);
  adopt(kBook);
  evaluator_->prime(std::vector{held});
  forward(10s);
  EXPECT_TRUE(all<ConditionFell>("Few").empty()) << "nothing was scraped yet";
  scrape("b", 1);
  forward(10s);
  EXPECT_TRUE(all<ConditionFell>("Few").empty()) << "nor this target";
  scrape("a", 0);
  forward(10min);
  ASSERT_EQ(all<ConditionRose>("Few").size(), 1U);
  EXPECT_EQ(all<ConditionFell>("Few").size(), 1U) << "its series ran dry";
}

TEST_F(Evaluate, GivesUpOnMetricsThatDoNotComeBack) {
  const ActiveCondition held{.rule = "rules/a.yml;few;Few",
                             .labels = Labels{{"alertname", "Few"}, {"instance", "a"}},
                             .active_at = clock_.wall() - 1h};
  evaluator_->prime(std::vector{held});
  adopt(kBook);
  forward(59s);
  EXPECT_TRUE(all<ConditionFell>("Few").empty());
  forward(31s);
  EXPECT_EQ(all<ConditionFell>("Few").size(), 1U);
}

TEST_F(Evaluate, AnnouncesAgainUnderAChangedRule) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 0);
  scrape("b", 1);
  forward(1s);
  ASSERT_EQ(all<ConditionRose>("Down").size(), 1U);
  std::string same(kBook);
  same.replace(same.find("for: 1m"), 7, "for: 2m");
  adopt(same);
  forward(1s);
  EXPECT_EQ(all<ConditionRose>("Down").size(), 1U) << "the same rule";
  std::string changed(kBook);
  changed.replace(changed.find("expr: up == 0\n        for"), 13, "expr: up == 1");
  adopt(changed);
  forward(1s);
  ASSERT_EQ(all<ConditionRose>("Down").size(), 2U);
  EXPECT_EQ(all<ConditionRose>("Down")[1].labels.get("instance"), "b");
  ASSERT_EQ(all<ConditionFell>("Down").size(), 1U);
  EXPECT_EQ(all<ConditionFell>("Down")[0].labels.get("instance"), "a");
}

TEST_F(Evaluate, DoesNotChaseItsOwnTail) {
  adopt(R"yaml(
rule_groups:
  - file: f
    name: g
    rules:
      - {record: a, expr: "b + 1 or vector(0)"}
      - {record: b, expr: "a + 1"}
      - {alert: Every, expr: "count({__name__=~\".+\"}) > 0"}
      - {alert: Alerts, expr: "count(ALERTS) > 0"}
)yaml");
  forward(10s);
  EXPECT_LT(evaluator_->stats().evaluations, 60U);
}

TEST_F(Evaluate, CoalescesABurst) {
  adopt(kBook);
  forward(1s);
  const uint64_t before = evaluator_->stats().passes;
  for (int i = 0; i < 200; ++i) { scrape("i" + std::to_string(i), 1); }
  forward(20ms);
  EXPECT_LE(evaluator_->stats().passes - before, 8U);
}

TEST_F(Evaluate, GoesOnWhenAPassIsLost) {
  loses_ = true;
  adopt(kBook);
  loses_ = false;
  forward(2s);
  scrape("a", 0);
  EXPECT_EQ(all<ConditionRose>("Down").size(), 1U);
}

TEST_F(Evaluate, StopsWhenTold) {
  adopt(kBook);
  evaluator_->stop();
  scrape("a", 0);
  forward(1min);
  EXPECT_TRUE(all<ConditionRose>("Down").empty());
  EXPECT_FALSE(evaluator_->next_tick().has_value());
}

constexpr std::string_view kFlows = R"yaml(
chains:
  c:
    flow-grace: 10s
    stages:
      - {name: in, flow: "sum(rate(in_total[15s]))"}
      - {name: out, flow: "out"}
)yaml";

TEST_F(Evaluate, TellsHowStagesFlow) {
  adopt(kFlows);
  const auto flows = [this](std::string_view stage) {
    std::string out;
    for (const StageFlowChanged& one : all<StageFlowChanged>()) {
      if (one.stage == stage) { out += std::string(word_of(one.flow)) + " "; }
    }
    return out;
  };
  EXPECT_EQ(flows("in"), "") << "no scrape yet: nothing is known";
  double total = 0;
  for (int i = 0; i < 20; ++i) {
    put(Labels{{"__name__", "in_total"}}, total += 3);
    put(Labels{{"__name__", "out"}}, i < 10 ? 1 : 0);
    forward(1s);
  }
  EXPECT_EQ(flows("in"), "alive ");
  EXPECT_EQ(flows("out"), "alive ") << "flow-grace";
  forward(2s);
  EXPECT_EQ(flows("out"), "alive dead ");
  forward(2min);
  EXPECT_EQ(flows("in"), "alive unknown ");
  forward(10min);
  EXPECT_EQ(flows("out"), "alive dead unknown ");
  EXPECT_FALSE(evaluator_->flows().at("c/in").value.has_value());
}

TEST_F(Evaluate, NoticesWithinASecondThatARangeRanEmpty) {
  adopt(kFlows);
  for (int i = 0; i < 3; ++i) {
    forward(1s);
    put(Labels{{"__name__", "in_total"}}, 10 * i);
  }
  forward(10ms);
  EXPECT_EQ(evaluator_->flows().at("c/in").flow, Flow::alive);
  // Nothing arrives any more: after 14 s the range of 15 s holds less than two points.
  forward(14s + 500ms);
  EXPECT_EQ(evaluator_->flows().at("c/in").flow, Flow::unknown);
}

TEST_F(Evaluate, SaysAgainHowMuchFlowsOnceAMinute) {
  adopt(kFlows);
  const auto said = [this] {
    std::vector<double> out;
    for (const StageFlowChanged& one : all<StageFlowChanged>()) {
      if (one.stage == "out") { out.push_back(one.value); }
    }
    return out;
  };
  for (int i = 0; i < 59; ++i) {
    put(Labels{{"__name__", "out"}}, i == 0 ? 1 : 10);
    forward(1s);
  }
  EXPECT_EQ(said(), std::vector<double>{1});
  put(Labels{{"__name__", "out"}}, 10);
  forward(2s);
  EXPECT_EQ(said(), (std::vector<double>{1, 10}));
  for (int i = 0; i < 70; ++i) {
    put(Labels{{"__name__", "out"}}, 15);
    forward(1s);
  }
  EXPECT_EQ(said().size(), 2U) << "neither doubled nor halved";
}

TEST_F(Evaluate, SaysUnknownOfAFlowNobodyMeasures) {
  adopt(kFlows);
  forward(2min);
  EXPECT_EQ(all<StageFlowChanged>().size(), 2U);
}

TEST_F(Evaluate, AnswersAsPrometheusDoes) {
  adopt(kBook);
  forward(10ms);
  scrape("a", 0);
  json::array alerts;
  alerts.push_back(json::object{{"rule", "rules/a.yml;g;Down"},
                                {"labels", json::object{{"alertname", "Down"}}},
                                {"annotations", json::object{}},
                                {"state", "firing"},
                                {"active_at", "2026-01-01T00:00:00Z"},
                                {"value", "0"}});
  const json::value rules = *parse_json(rules_json(*evaluator_, alerts));
  const json::array& groups = rules.get_object().at("groups").get_array();
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(get_int(groups[0].get_object(), "interval"), 30);
  EXPECT_EQ(get_int(groups[1].get_object(), "limit"), 1);
  const json::object& down = groups[0].get_object().at("rules").get_array()[0].get_object();
  EXPECT_EQ(get_string(down, "state"), "firing");
  EXPECT_EQ(get_int(down, "duration"), 60);
  EXPECT_EQ(get_string(down, "type"), "alerting");
  EXPECT_EQ(down.at("alerts").get_array().size(), 1U);
  const json::value plain = *parse_json(alerts_json(alerts));
  EXPECT_EQ(get_string(plain.get_object().at("alerts").get_array()[0].get_object(), "activeAt"),
            "2026-01-01T00:00:00Z");
}

}  // namespace
}  // namespace vigie::alerting
