#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/task.h"
#include "base/time.h"
#include "stage/fwd.h"

/// The stage's way to Kafka: one client per role, through librdkafka, on the stage's own loop
/// (arrivals ring an eventfd). The broker's ports change whenever it restarts, so its HTTP door
/// says where it is (GET /bootstrap, asked every 300 ms), and a changed answer means new clients.
///
/// The same answer carries each topic's floor: offsets below it were emptied away. Consumers
/// honour it at once, which is what ends a poisoned topic.
namespace vigie::stage {

inline constexpr std::string_view kAlarmTopic = "crow.alarm";
inline constexpr std::string_view kOutputTopic = "output";
inline constexpr std::string_view kCrowHeartbeatTopic =
    "teamusages.dataEnrichementCrow.heartbeat.save";
inline constexpr std::string_view kSercommHeartbeatTopic =
    "teamusages.dataEnrichement.heartbeatSercomm.send";

/// All there are.
inline constexpr std::string_view kTopics[] = {kAlarmTopic, kOutputTopic, kCrowHeartbeatTopic,
                                               kSercommHeartbeatTopic};

struct Message {
  std::string topic;
  int64_t offset = 0;
  json::object body;
};

/// Which topics to read, and how.
struct Reading {
  std::vector<std::string> topics;
  std::string group;  ///< Where it left off is kept under this name; empty: all, and nothing kept.
  bool digests_poison = false;
  /// Called one after the other; the next waits.
  std::function<Task<void>(Message)> handler;
};

/// Lives on: the loop. Never: blocks it.
class Kafka {
 public:
  /// `broker_url`: the broker's HTTP door.
  Kafka(Stage& stage, std::string broker_url);
  ~Kafka();

  /// Spawns its work into the stage's tasks. Without `reading` it only sends.
  void start(Reading reading);
  void start();
  /// Speaks to these servers without asking a door: for the broker itself.
  void connect(const std::string& servers);

  /// `unavailable` without a broker, `exhausted` when 10,000 wait; success means queued.
  Status produce(std::string_view topic, const json::object& body);
  bool connected() const;
  /// The topic whose poison stops us, or "".
  const std::string& stuck_on() const;
  /// Messages of `topic` that we have not taken yet, as far as the broker said.
  int64_t lag(std::string_view topic) const;
  /// Offset of the next message to take; -1: none was taken yet.
  int64_t position(std::string_view topic) const;
  /// Commits what was taken and sends what waits, without waiting for long.
  void close();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace vigie::stage
