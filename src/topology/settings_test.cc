#include "topology/settings.h"

#include <gtest/gtest.h>

#include "config/book.h"
#include "topology/topology.h"

namespace vigie::topology {
namespace {

std::string problems_of(std::string_view yaml) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(yaml, "b.yml", problems);
  check_book(root, problems);
  return problems.text();
}

TEST(TopologyBook, ReadsServicesAndChains) {
  config::Problems problems;
  const config::Node root = config::parse_yaml(R"(
teams: {core: {}}
services:
  kafka: {run: external}
  datajs:
    team: core
    environment: prod
    run: {process: {command: x}}
    needs: {kafka: healthy}
    health: [{http: "http://x/health"}]
    symptoms: ["heartbeats stall"]
chains:
  alarm:
    flow-grace: 10s
    stages:
      - {name: in, flow: up}
      - {name: topic, kafka: {cluster: main, topic: crow.alarm}}
      - {name: tb, service: datajs}
      - {name: event, flow: up, after: tb}
      - {name: camunda, flow: up, after: [tb, topic]}
    robot: {every: 5m}
)",
                                               "b.yml", problems);
  check_book(root, problems);
  EXPECT_EQ(problems.text(), "");
  const Settings settings = Settings::read(root, problems);
  EXPECT_EQ(settings.services.at("datajs").needs, std::vector<std::string>{"kafka"});
  const Chain& chain = settings.chains.at("alarm");
  EXPECT_EQ(chain.robot_every, 5min);
  EXPECT_EQ(chain.stages[1].topic, "main/crow.alarm");
  EXPECT_EQ(chain.stages[2].after, std::vector<size_t>{1});
  EXPECT_EQ(chain.stages[3].after, std::vector<size_t>{2});
  EXPECT_EQ(chain.stages[4].after, (std::vector<size_t>{1, 2}));
}

struct Wrong {
  std::string_view yaml, wanted;
};
class TopologyBookWrong : public ::testing::TestWithParam<Wrong> {};

TEST_P(TopologyBookWrong, SaysWhere) {
  const std::string text = problems_of(GetParam().yaml);
  EXPECT_NE(text.find(GetParam().wanted), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Book, TopologyBookWrong,
    ::testing::Values(
        Wrong{"services: {a: {needs: {kafak: healthy}}, kafka: {}}",
              "b.yml:1:24: there is no service \"kafak\" (did you mean \"kafka\"?)"},
        Wrong{"services: {a: {needs: {b: soon}}, b: {}}", "healthy or started"},
        Wrong{"services: {a: {needs: [b]}, b: {needs: c}, c: {needs: [a]}}", "a → b → c → a"},
        Wrong{"services: {a: {needs: a}}", "in a circle: a → a"},
        Wrong{"services: {a: {team: cor}}\nteams: {core: {}}", "did you mean \"core\"?"},
        Wrong{"services: {a: {tema: core}}", "did you mean \"team\"?"},
        Wrong{"chains: {c: {stages: []}}", "has no stages"},
        Wrong{"chains: {c: {stages: [{name: a, flow: up}, {name: a, flow: up}]}}", "twice"},
        Wrong{"chains: {c: {stages: [{name: a, flow: up, after: [b]}, {name: b, flow: up}]}}",
              "no stage \"b\" stands above \"a\""},
        Wrong{"chains: {c: {stages: [{name: a, service: x}]}}", "there is no service \"x\""},
        Wrong{"chains: {c: {stages: [{name: a}]}}", "nothing tells whether stage \"a\" works"},
        Wrong{"chains: {c: {stages: [{name: a, kafka: {cluster: m}}]}}", "needs its topic"}));

TEST(TopologyBook, SurvivesManyServicesInOneLineOfNeeds) {
  std::string yaml = "services:\n";
  for (int i = 0; i < 5'000; ++i) {
    yaml += "  s" + std::to_string(i) + ": {needs: s" + std::to_string(i + 1) + "}\n";
  }
  yaml += "  s5000: {needs: s0}\n";
  config::Problems problems;
  const Settings settings = Settings::read(config::parse_yaml(yaml, "b.yml", problems), problems);
  EXPECT_EQ(settings.cycle().size(), 5'002U);
}

}  // namespace
}  // namespace vigie::topology
