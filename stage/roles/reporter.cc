// The platform's ear: takes what gateways send and puts it onto Kafka.
#include <fmt/format.h>

#include "stage/courier.h"
#include "stage/kafka.h"
#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr std::string_view kPeers[] = {"broker", "vigie"};
constexpr Option kOptions[] = {
    {.name = "fleet", .fallback = "gateways", .help = "Vigie's fleet that heartbeats are told to"},
};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop};

class Reporter final : public Role {
 public:
  explicit Reporter(Stage& stage)
      : stage_(stage),
        kafka_(stage, stage.options().peer("broker")),
        // Best effort: a watch that is down must not slow the platform.
        vigie_(stage, "vigie", stage.options().peer("vigie"), 1) {}

  Status open() override {
    kafka_.start();
    vigie_.start();
    return ok();
  }
  Task<net::HttpReply> handle(net::HttpRequest request) override;
  json::object health() override {
    if (!kafka_.connected()) { return {{"status", "STARTING"}}; }
    return {};
  }
  void close() override { kafka_.close(); }

 private:
  net::HttpReply pass_on(const json::object& body, bool alarm);
  static std::string_view heartbeat_topic(std::string_view device);

  Stage& stage_;
  Kafka kafka_;
  Courier vigie_;
};

/// Two makes of gateways, each with its topic: even numbers are Crow's, odd ones Sercomm's.
std::string_view Reporter::heartbeat_topic(std::string_view device) {
  const char last = device.empty() ? '0' : device.back();
  return (last - '0') % 2 == 0 ? kCrowHeartbeatTopic : kSercommHeartbeatTopic;
}

Task<net::HttpReply> Reporter::handle(net::HttpRequest request) {
  const bool alarm = request.path == "/alarm";
  if (request.method != "POST" || (!alarm && request.path != "/heartbeat")) {
    co_return refuse(404, "not_found", "POST /alarm or /heartbeat");
  }
  const Result<json::object> body = body_of(request);
  if (!body) { co_return refuse(400, "invalid", body.error().what); }
  if (get_string(*body, "id").empty() || get_string(*body, "device").empty()) {
    co_return refuse(400, "invalid", "id and device are missing");
  }
  stage_.count_in("kind", alarm ? "alarm" : "heartbeat");
  std::optional<net::HttpReply> stopped = co_await stage_.admit();
  if (stopped) { co_return *std::move(stopped); }
  co_return pass_on(*body, alarm);
}

net::HttpReply Reporter::pass_on(const json::object& body, bool alarm) {
  const std::string device = get_string(body, "device");
  const std::string_view topic = alarm ? kAlarmTopic : heartbeat_topic(device);
  stage_.count_out("topic", topic);
  const Status queued = kafka_.produce(topic, body);
  if (!queued) {
    stage_.count_failed("topic", topic);
    return refuse(503, "unavailable", queued.error().what);
  }
  stage_.seen().add(get_string(body, "id"), stage_.wall());
  if (!alarm) {
    vigie_.offer({.path = fmt::format("/hooks/heartbeat/{}/{}", stage_.options().text("fleet"),
                                      net::url_encode(device)),
                  .body = ""});
  }
  return reply_json(202, json::object{{"accepted", true}});
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Reporter>(stage);
}

}  // namespace

extern const RoleKind reporter_role;
constinit const RoleKind reporter_role{
    .name = "reporter",
    .summary = "takes alarms and heartbeats over HTTP and puts them onto Kafka",
    .port = 19'112,
    .options = kOptions,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
