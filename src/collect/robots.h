#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collect/facts.h"
#include "collect/http_check.h"
#include "collect/rounds.h"
#include "collect/text_target.h"

namespace vigie::collect {

/// Where a robot's message goes in when it goes in by Kafka.
struct KafkaSend {
  std::string brokers, topic, key, value;
};

/// One stage that must show the message.
struct RobotExpect {
  std::string stage;
  Millis within{0};
  HttpCheck check;
};

/// `chains.X.robot`.
struct RobotSettings {
  std::string chain;
  Millis every{0}, send_timeout{0};
  std::optional<HttpCheck> http;
  std::optional<KafkaSend> kafka;
  std::vector<RobotExpect> expects;
  std::string text;  ///< Equal text, equal behaviour.
};
std::vector<RobotSettings> read_robots(const config::Node& root, config::Problems& problems);

/// Robots: each round one marked message goes into a chain, and every stage is asked until it
/// shows the message, at most for twice its time. `{{id}}` is the message's name and `{{now}}` the
/// instant it was sent, in every text of the settings.
/// Lives on: edge. Time: monotonic waits from the moment the message was accepted.
class Robots {
 public:
  Robots(Loop& loop, Rounds& rounds, net::HttpClient& http, SampleSink sink, FactSink facts);
  ~Robots();
  /// Robots that stay as they are keep going.
  void adopt(std::vector<RobotSettings> robots, const config::Secrets& secrets);
  size_t size() const { return running_.size(); }
  /// Sends now, without waiting for its turn; false when the chain has no robot.
  bool hurry(const std::string& chain);

 private:
  class Round;
  Loop& loop_;
  Rounds& rounds_;
  net::HttpClient& http_;
  const SampleSink sink_;
  const FactSink facts_;
  std::map<std::string, std::shared_ptr<Round>> running_;
};

}  // namespace vigie::collect
