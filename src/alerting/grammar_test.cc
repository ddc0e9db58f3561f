#include <gtest/gtest.h>

#include "alerting/alerting.h"
#include "alerting/inhibit.h"
#include "alerting/matchers.h"
#include "alerting/route.h"
#include "alerting/rule.h"
#include "alerting/time_interval.h"
#include "config/book.h"

namespace vigie::alerting {
namespace {

std::string problems_of(std::string_view yaml) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(yaml, "b.yml", problems);
  check_book(root, problems);
  return problems.text();
}

struct Wrong {
  std::string_view yaml, wanted;
};
class AlertingBookWrong : public ::testing::TestWithParam<Wrong> {};

TEST_P(AlertingBookWrong, SaysWhere) {
  const std::string text = problems_of(GetParam().yaml);
  EXPECT_NE(text.find(GetParam().wanted), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Rules, AlertingBookWrong,
    ::testing::Values(
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, expr: 'up =='}]}]",
              "b.yml:1:59: expr of alert \"A\": 1:6:"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{record: a, expr: "
              "'sum_over_time(b[1y:1ms])'}]}]",
              "can never be answered: 1:15: a subquery of 31536000000 steps"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, exprs: up}]}]",
              "unknown key \"exprs\" (did you mean \"expr\"?)"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{expr: up}]}]",
              "a rule needs alert: or record:"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, record: b, expr: up}]}]",
              "not both"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{record: a b, expr: up}]}]",
              "can't be the name of a metric"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{record: a, expr: up, for: 1m}]}]",
              "a recording rule has no for"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, expr: 'up[5m]'}]}]",
              "gives a matrix"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, expr: up, for: soon}]}]",
              "\"soon\""},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, expr: up, "
              "labels: {a-b: x}}]}]",
              "\"a-b\" can't be the name of a label"},
        Wrong{"rule_groups: [{file: f, name: g, rules: [{alert: A, expr: up, "
              "annotations: {s: '{{ $lables.x }}'}}]}]",
              "template of an annotation \"s\": 1:4: undefined variable \"$lables\""},
        Wrong{"rule_groups: [{file: f, name: g}, {file: f, name: g}]",
              "group \"g\" is in the file twice"}));

INSTANTIATE_TEST_SUITE_P(
    Routes, AlertingBookWrong,
    ::testing::Values(
        Wrong{"route: {receiver: hok}\nreceivers: [{name: hook}]",
              "b.yml:1:19: there is no receiver \"hok\" (did you mean \"hook\"?)"},
        Wrong{"route: {receiver: a, matchers: [a=b]}\nreceivers: [{name: a}]",
              "the first route must not have matchers"},
        Wrong{"route: {receiver: a, continue: true}\nreceivers: [{name: a}]", "cannot continue"},
        Wrong{"route: {receiver: a, group_interval: 0s}\nreceivers: [{name: a}]",
              "group_interval cannot be zero"},
        Wrong{"route: {receiver: a, group_by: ['...', b]}\nreceivers: [{name: a}]",
              "'...' stands for all labels, alone"},
        Wrong{"route: {receiver: a, routes: [{matchers: ['a~b']}]}\nreceivers: [{name: a}]",
              "one of = != =~ !~ is missing"},
        Wrong{"route: {receiver: a, routes: [{match_re: {a: '('}}]}\nreceivers: [{name: a}]",
              "b.yml:1:46"},
        Wrong{"route: {receiver: a, routes: [{mute_time_intervals: [nihgt]}]}\n"
              "receivers: [{name: a}]\ntime_intervals: [{name: night}]",
              "did you mean \"night\"?"},
        Wrong{"route: {receiver: a, escalation: cor}\nreceivers: [{name: a}]\n"
              "escalations: {core: {}}",
              "there is no escalation \"cor\" (did you mean \"core\"?)"},
        Wrong{"route: {receiver: a, routes: [{matchers: [x=a]}, {matchers: [x=a, y=b]}]}\n"
              "receivers: [{name: a}]",
              "no alert reaches this route"},
        Wrong{"receivers: [{name: a}, {name: a}]", "defined twice"},
        Wrong{"receivers: [{name: a, webhok_configs: []}]", "did you mean \"webhook_configs\"?"},
        Wrong{"receivers: [{name: a, slack_configs: [{api_url: x}]}]",
              "slack_configs is not sent by this release"},
        Wrong{"time_intervals: [{name: n, time_intervals: [{times: [{start_time: '9:00', "
              "end_time: '10:00'}]}]}]",
              "HH:MM"},
        Wrong{"time_intervals: [{name: n, time_intervals: [{weekdays: ['friday:monday']}]}]",
              "ends before it begins"},
        Wrong{"time_intervals: [{name: n, time_intervals: [{days_of_month: ['0']}]}]",
              "is no day of a month"},
        Wrong{"time_intervals: [{name: n, time_intervals: [{location: Mars/Base}]}]", "Mars/Base"},
        Wrong{"inhibit_rules: [{source_matchers: [a=b], traget_matchers: [c=d]}]",
              "did you mean \"target_matchers\"?"}));

TEST(Rules, TakeTheirPlaceInTheBook) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(R"(
global: {evaluation_interval: 20s}
rule_groups:
  - file: f
    name: g
    labels: {team: core, severity: low}
    query_offset: 5s
    rules:
      - {alert: A, expr: up, labels: {severity: high}}
      - {alert: A, expr: up == 0, for: 1h30m}
      - {record: "x:y", expr: up}
)",
                                               "b.yml", problems);
  const std::vector<RuleGroup> groups = read_rule_groups(root, problems);
  EXPECT_EQ(problems.text(), "");
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(evaluation_interval(root), 20s);
  EXPECT_EQ(evaluation_interval(config::Node()), 1min);
  EXPECT_EQ(groups[0].interval, 20s);
  EXPECT_EQ(groups[0].query_offset, 5s);
  ASSERT_EQ(groups[0].rules.size(), 3U);
  EXPECT_EQ(groups[0].rules[0].id, "f;g;A");
  EXPECT_EQ(groups[0].rules[0].labels.at("severity"), "high");
  EXPECT_EQ(groups[0].rules[0].labels.at("team"), "core");
  EXPECT_EQ(groups[0].rules[1].id, "f;g;A;2");
  EXPECT_EQ(groups[0].rules[1].hold, 90min);
  EXPECT_FALSE(groups[0].rules[2].alert);
}

struct Matching {
  std::string_view text;
  bool matches;  ///< {severity="critical", team="core", path="a,b"}
};
class MatchersText : public ::testing::TestWithParam<Matching> {};
TEST_P(MatchersText, Match) {
  const Labels labels{{"severity", "critical"}, {"team", "core"}, {"path", "a,b"}};
  const Result<tsdb::Matchers> parsed = parse_matchers(GetParam().text);
  ASSERT_TRUE(parsed) << parsed.error().what;
  EXPECT_EQ(tsdb::all_match(*parsed, labels), GetParam().matches) << GetParam().text;
}
INSTANTIATE_TEST_SUITE_P(
    All, MatchersText,
    ::testing::Values(Matching{"severity=critical", true},
                      Matching{"severity = \"critical\"", true},
                      Matching{"{severity=\"critical\",team!=\"x\"}", true},
                      Matching{"severity=~\"crit.*|x\", team=core", true},
                      Matching{"severity=~crit", false}, Matching{"absent=\"\"", true},
                      Matching{"path=\"a,b\"", true}, Matching{"team!~\"c.*\"", false},
                      Matching{"{}", true}, Matching{"severity=critical,", true},
                      Matching{"\"team\"=\"core\"", true}, Matching{"team=\"co\\\"re\"", false}));

TEST(Matchers, RefuseRubble) {
  for (const std::string_view text :
       {"severity", "=x", "{a=b", "a=\"b", "a=b c=\"d\"", "a=~\"(\"", "a=\"b\"c", "a b=c"}) {
    EXPECT_FALSE(parse_matchers(text)) << text;
  }
}

constexpr std::string_view kTree = R"(
route:
  receiver: default
  group_by: [alertname]
  routes:
    - {matchers: [team="a"], receiver: a, continue: true, group_wait: 1s, escalation: e}
    - matchers: ['team=~"a|b"']
      receiver: b
      routes:
        - {matchers: [severity="critical"], group_by: ['...']}
    - {match: {team: c}, mute_time_intervals: [x]}
)";

TEST(Routes, FollowTheTree) {
  config::Problems problems;
  const Route root = read_route(config::parse_yaml(kTree, "b.yml", problems), problems);
  EXPECT_EQ(problems.text(), "");
  const auto keys = [&](const Labels& labels) {
    std::string out;
    for (const Route* route : match_routes(root, labels)) { out += route->receiver + " "; }
    return out;
  };
  EXPECT_EQ(keys({}), "default ");
  EXPECT_EQ(keys({{"team", "a"}}), "a b ");
  EXPECT_EQ(keys({{"team", "b"}}), "b ");
  EXPECT_EQ(keys({{"team", "c"}}), "default ");
  const Labels critical{{"team", "b"}, {"severity", "critical"}};
  const std::vector<const Route*> deep = match_routes(root, critical);
  ASSERT_EQ(deep.size(), 1U);
  EXPECT_EQ(deep[0]->key, "{}/{team=~\"a|b\"}/{severity=\"critical\"}");
  EXPECT_EQ(deep[0]->group_labels(critical), critical);
  const Route* first = match_routes(root, {{"team", "a"}})[0];
  EXPECT_EQ(first->group_wait, 1s);
  EXPECT_EQ(first->group_interval, 5min);
  EXPECT_EQ(first->escalation, "e");
}

struct Moment {
  std::string_view interval, at;
  bool covered;
};
class Intervals : public ::testing::TestWithParam<Moment> {};
TEST_P(Intervals, Cover) {
  config::Problems problems;
  const std::string yaml =
      "time_intervals: [{name: n, time_intervals: [" + std::string(GetParam().interval) + "]}]";
  const TimeIntervals intervals =
      TimeIntervals::read(config::parse_yaml(yaml, "b.yml", problems), problems);
  ASSERT_EQ(problems.text(), "");
  EXPECT_EQ(intervals.covers("n", *parse_rfc3339(GetParam().at)), GetParam().covered)
      << GetParam().interval << " " << GetParam().at;
}
INSTANTIATE_TEST_SUITE_P(
    All, Intervals,
    ::testing::Values(
        Moment{"{times: [{start_time: '09:00', end_time: '17:00'}]}", "2026-01-05T09:00:00Z", true},
        Moment{"{times: [{start_time: '09:00', end_time: '17:00'}]}", "2026-01-05T16:59:59Z", true},
        Moment{"{times: [{start_time: '09:00', end_time: '17:00'}]}", "2026-01-05T17:00:00Z",
               false},
        Moment{"{times: [{start_time: '23:00', end_time: '24:00'}]}", "2026-01-05T23:59:59Z", true},
        Moment{"{weekdays: ['monday:friday']}", "2026-01-05T12:00:00Z", true},
        Moment{"{weekdays: ['monday:friday']}", "2026-01-04T12:00:00Z", false},
        Moment{"{weekdays: [saturday, Sunday]}", "2026-01-04T12:00:00Z", true},
        Moment{"{days_of_month: ['-3:-1']}", "2026-02-26T12:00:00Z", true},
        Moment{"{days_of_month: ['-3:-1']}", "2026-02-25T12:00:00Z", false},
        Moment{"{days_of_month: ['31']}", "2026-02-28T12:00:00Z", false},
        Moment{"{days_of_month: ['29:31']}", "2024-02-29T12:00:00Z", true},
        Moment{"{months: ['january:march', '12']}", "2026-12-01T00:00:00Z", true},
        Moment{"{months: ['january:march']}", "2026-04-01T00:00:00Z", false},
        Moment{"{years: ['2026:2028']}", "2029-01-01T00:00:00Z", false},
        Moment{"{times: [{start_time: '09:00', end_time: '17:00'}], location: Europe/Paris}",
               "2026-07-01T07:00:00Z", true},
        Moment{"{times: [{start_time: '09:00', end_time: '17:00'}], location: Europe/Paris}",
               "2026-01-05T07:30:00Z", false},
        Moment{"{weekdays: [friday], days_of_month: ['13']}", "2026-02-13T00:00:00Z", true},
        Moment{"{weekdays: [friday], days_of_month: ['13']}", "2026-02-20T00:00:00Z", false},
        Moment{"{}", "2026-02-20T00:00:00Z", true}));

TEST(Inhibition, NeedsEqualLabelsAndAnotherAlert) {
  config::Problems problems;
  Inhibitor inhibitor(read_inhibit_rules(config::parse_yaml(R"(
inhibit_rules:
  - source_match: {severity: critical}
    target_match_re: {severity: 'warning|critical'}
    equal: [db]
)",
                                                            "b.yml", problems),
                                         problems));
  EXPECT_EQ(problems.text(), "");
  const Labels source{{"severity", "critical"}, {"db", "a"}};
  inhibitor.add("1", source);
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"severity", "warning"}, {"db", "a"}}), "1");
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"severity", "warning"}, {"db", "b"}}), "");
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"severity", "info"}, {"db", "a"}}), "");
  EXPECT_EQ(inhibitor.inhibited_by("1", source), "") << "not by itself";
  inhibitor.add("3", source);
  EXPECT_EQ(inhibitor.inhibited_by("3", source), "") << "both are source and target";
  inhibitor.remove("1", source);
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"severity", "warning"}, {"db", "a"}}), "3");
  inhibitor.remove("3", source);
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"severity", "warning"}, {"db", "a"}}), "");
}

TEST(Inhibition, TakesAbsentLabelsAsEqual) {
  config::Problems problems;
  Inhibitor inhibitor(read_inhibit_rules(
      config::parse_yaml("inhibit_rules: [{source_matchers: [s=1], target_matchers: [t=1], "
                         "equal: [db]}]",
                         "b.yml", problems),
      problems));
  inhibitor.add("1", {{"s", "1"}});
  EXPECT_EQ(inhibitor.inhibited_by("2", {{"t", "1"}}), "1");
}

}  // namespace
}  // namespace vigie::alerting
