// Reads heartbeats from their topics and tells ThingsBoard, which keeps the last activity.
#include "stage/kafka.h"
#include "stage/stage.h"
#include "stage/stream_health.h"

namespace vigie::stage {

namespace {

constexpr std::string_view kPeers[] = {"broker", "thingsboard"};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop, FaultKind::poison};
constexpr Nanos kPatience = 1s;
constexpr Nanos kPause = 200ms;

class DataJs final : public Role {
 public:
  explicit DataJs(Stage& stage)
      : stage_(stage),
        kafka_(stage, stage.options().peer("broker")),
        url_(stage.options().peer("thingsboard") + "/heartbeat") {}

  Status open() override {
    kafka_.start({.topics = {std::string(kCrowHeartbeatTopic), std::string(kSercommHeartbeatTopic)},
                  .group = "datajs",
                  .handler = [this](Message message) { return hand_on(std::move(message)); }});
    return ok();
  }
  json::object health() override { return stream_health(kafka_); }
  void measure() override {
    measure_lag(stage_, kafka_, {kCrowHeartbeatTopic, kSercommHeartbeatTopic});
  }
  Status poison(std::string_view topic) override {
    return poison_topic(kafka_, topic, {kCrowHeartbeatTopic, kSercommHeartbeatTopic});
  }
  void close() override { kafka_.close(); }

 private:
  Task<void> hand_on(Message message);

  Stage& stage_;
  Kafka kafka_;
  const std::string url_;
};

Task<void> DataJs::hand_on(Message message) {
  stage_.count_in("topic", message.topic);
  Status turn = co_await stage_.faults().turn();
  if (!turn || stage_.faults().loses()) { co_return; }
  const std::string body = to_text(message.body);
  // A consumer holds on to its message until the next stage took it; each try is traffic.
  while (true) {
    stage_.count_out("to", "thingsboard");
    Status taken = co_await stage_.post_json(url_, body, kPatience);
    if (taken) { break; }
    stage_.count_failed("to", "thingsboard");
    if (taken.error().code == Code::denied) { co_return; }
    Status slept = co_await stage_.loop().sleep_until(stage_.in(kPause));
    if (!slept) { co_return; }
  }
  stage_.seen().add(get_string(message.body, "id"), stage_.wall());
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<DataJs>(stage);
}

}  // namespace

extern const RoleKind datajs_role;
constinit const RoleKind datajs_role{
    .name = "datajs",
    .summary = "reads the heartbeat topics, tells thingsboard",
    .port = 19'114,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
