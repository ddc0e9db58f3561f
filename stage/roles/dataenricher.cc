// Reads raw alarms, adds what the platform knows of the customer, writes them on.
#include <fmt/format.h>

#include "stage/kafka.h"
#include "stage/stage.h"
#include "stage/stream_health.h"

namespace vigie::stage {

namespace {

constexpr std::string_view kPeers[] = {"broker"};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop, FaultKind::poison};
constexpr Nanos kPause = 200ms;

class DataEnricher final : public Role {
 public:
  explicit DataEnricher(Stage& stage)
      : stage_(stage), kafka_(stage, stage.options().peer("broker")) {}

  Status open() override {
    kafka_.start({.topics = {std::string(kAlarmTopic)},
                  .group = "dataenricher",
                  .handler = [this](Message message) { return enrich(std::move(message)); }});
    return ok();
  }
  json::object health() override { return stream_health(kafka_); }
  void measure() override { measure_lag(stage_, kafka_, {kAlarmTopic}); }
  Status poison(std::string_view topic) override {
    return poison_topic(kafka_, topic, {kAlarmTopic});
  }
  void close() override { kafka_.close(); }

 private:
  Task<void> enrich(Message message);

  Stage& stage_;
  Kafka kafka_;
};

Task<void> DataEnricher::enrich(Message message) {
  stage_.count_in("topic", message.topic);
  Status turn = co_await stage_.faults().turn();
  if (!turn || stage_.faults().loses()) { co_return; }
  const std::string device = get_string(message.body, "device");
  message.body["customer"] = fmt::format("customer of {}", device);
  stage_.count_out("topic", kOutputTopic);
  for (int attempt = 0; attempt < 25; ++attempt) {
    const Status queued = kafka_.produce(kOutputTopic, message.body);
    if (queued) {
      stage_.seen().add(get_string(message.body, "id"), stage_.wall());
      co_return;
    }
    Status slept = co_await stage_.loop().sleep_until(stage_.in(kPause));
    if (!slept) { co_return; }
  }
  stage_.count_failed("topic", kOutputTopic);
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<DataEnricher>(stage);
}

}  // namespace

extern const RoleKind dataenricher_role;
constinit const RoleKind dataenricher_role{
    .name = "dataenricher",
    .summary = "reads crow.alarm, writes output",
    .port = 19'113,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
