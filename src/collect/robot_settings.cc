// The part of the book that names robots: `chains.X.robot`.

#include <fmt/core.h>

#include <algorithm>

#include "collect/robots.h"
#include "collect/tables.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;
using config::Node;
using config::Problems;
using config::Settings;

constexpr Field kKafka[] = {
    {.name = "brokers",
     .help = "host:port of brokers, with commas",
     .required = true,
     .example = "127.0.0.1:9092"},
    {.name = "topic", .help = "the topic", .required = true},
    {.name = "key",
     .help = "the message's key; {{id}} and {{now}} are filled in",
     .fallback = "{{id}}"},
    {.name = "value", .help = "the message; {{id}} and {{now}} are filled in", .required = true},
};
constexpr Field kSend[] = {
    {.name = "http", .type = FieldType::any, .help = "send by HTTP: the fields of an http probe"},
    {.name = "kafka",
     .type = FieldType::section,
     .help = "send to a Kafka topic",
     .fields = kKafka},
};
constexpr Field kRobot[] = {
    {.name = "every",
     .type = FieldType::duration,
     .help = "time between two messages",
     .fallback = "5m",
     .least = 1},
    {.name = "send",
     .type = FieldType::section,
     .help = "how a message goes in",
     .required = true,
     .fields = kSend},
    {.name = "send-timeout",
     .type = FieldType::duration,
     .help = "how long sending may take",
     .fallback = "10s",
     .least = 0.01},
    {.name = "expect",
     .type = FieldType::any,
     .help = "stages that must show the message",
     .required = true},
};
constexpr Field kExpect[] = {
    {.name = "stage", .help = "a stage of the chain", .required = true},
    {.name = "within",
     .type = FieldType::duration,
     .help = "how soon the stage must show the message; up to twice that it counts as late",
     .required = true,
     .least = 0.01},
    {.name = "http", .type = FieldType::any, .help = "how the stage is asked", .required = true},
};

std::optional<HttpCheck> read_http(const Node& node, Problems& problems) {
  if (node.is_null()) { return std::nullopt; }
  const Node section =
      node.is_scalar() ? Node::map({{Node::scalar("url"), node}}, node.place()) : node;
  return read_http_check(Settings::read(section, http_check_fields(), problems), problems);
}

void read_expects(const Node& list, const Node& stages, RobotSettings& robot, Problems& problems) {
  if (!list.is_sequence() || list.size() == 0) {
    problems.error(list.place(), "a robot expects at least one stage to show its message");
    return;
  }
  std::vector<std::string> names;
  for (const Node& stage : stages.items()) { names.push_back(stage["name"].text()); }
  for (const Node& node : list.items()) {
    const Settings settings = Settings::read(node, kExpect, problems);
    RobotExpect expect;
    expect.stage = settings.text("stage");
    if (!expect.stage.empty() && std::count(names.begin(), names.end(), expect.stage) == 0) {
      problems.error(settings.place_of("stage"),
                     fmt::format("the chain has no stage \"{}\"", expect.stage),
                     config::did_you_mean(expect.stage, std::span<const std::string>(names)));
    }
    expect.within = settings.duration("within");
    if (auto check = read_http(settings.node("http"), problems)) {
      expect.check = *std::move(check);
    }
    robot.expects.push_back(std::move(expect));
  }
}

}  // namespace

std::span<const Field> robot_fields() {
  return kRobot;
}
std::span<const Field> expect_fields() {
  return kExpect;
}

std::vector<RobotSettings> read_robots(const Node& root, Problems& problems) {
  std::vector<RobotSettings> out;
  for (const auto& [name, chain] : root["chains"].entries()) {
    const Node node = chain["robot"];
    if (node.is_null()) { continue; }
    const Settings settings = Settings::read(node, kRobot, problems);
    RobotSettings robot;
    robot.chain = name.text();
    robot.every = settings.duration("every");
    robot.send_timeout = settings.duration("send-timeout");
    const Settings send = settings.section("send");
    if (send.has("http")) { robot.http = read_http(send.node("http"), problems); }
    if (send.has("kafka")) {
      const Settings kafka = send.section("kafka");
      robot.kafka = KafkaSend{kafka.text("brokers"), kafka.text("topic"), kafka.text("key"),
                              kafka.text("value")};
    }
    if (settings.has("send") && robot.http.has_value() == robot.kafka.has_value()) {
      problems.error(send.place(), "a robot sends either by http or by kafka");
    }
    read_expects(settings.node("expect"), chain["stages"], robot, problems);
    robot.text = to_text(node.to_json());
    out.push_back(std::move(robot));
  }
  return out;
}

}  // namespace vigie::collect
