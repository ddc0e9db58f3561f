// The platform's memory: every alarm, every device's last activity, and the rule chain that tells
// event, telesurveillance and camunda of each alarm.
#include <fmt/format.h>

#include "base/log.h"
#include "stage/alarm_store.h"
#include "stage/courier.h"
#include "stage/kafka.h"
#include "stage/stage.h"
#include "stage/stream_health.h"

namespace vigie::stage {

namespace {

constexpr Option kOptions[] = {
    {.name = "inactive-after", .fallback = "60s", .help = "without a heartbeat"},
};
constexpr std::string_view kPeers[] = {"broker", "event", "telesurveillance", "camunda"};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop, FaultKind::poison};
constexpr Nanos kTick = 500ms;
constexpr size_t kDevicesMax = 1'000'000;

class ThingsBoard final : public Role {
 public:
  explicit ThingsBoard(Stage& stage)
      : stage_(stage),
        kafka_(stage, stage.options().peer("broker")),
        event_(stage, "event", stage.options().peer("event"), 3),
        telesurveillance_(stage, "telesurveillance", stage.options().peer("telesurveillance"), 3),
        camunda_(stage, "camunda", stage.options().peer("camunda"), 3) {}

  Status open() override;
  Task<net::HttpReply> handle(net::HttpRequest request) override;
  json::object health() override { return stream_health(kafka_); }
  void measure() override;
  Status poison(std::string_view topic) override {
    return poison_topic(kafka_, topic, {kOutputTopic});
  }
  void close() override {
    kafka_.close();
    save_touched();
  }

 private:
  Task<void> save_alarm(Message message);
  Task<net::HttpReply> heartbeat(net::HttpRequest request);
  Task<void> watch();
  void mark_inactive();
  void save_touched();
  void count_saved(std::string_view kind);
  net::HttpReply count(std::string_view active) const;
  net::HttpReply one_device(const std::string& name) const;
  net::HttpReply one_alarm(const std::string& id);
  size_t inactive() const;

  Stage& stage_;
  Kafka kafka_;
  Courier event_, telesurveillance_, camunda_;
  std::unique_ptr<AlarmStore> store_;
  std::map<std::string, Device> devices_;
  std::map<std::string, Device> touched_;  ///< Not in the database yet.
};

Status ThingsBoard::open() {
  const std::string& data = stage_.options().text("data");
  VIGIE_TRY(store_, AlarmStore::open(data.empty() ? ":memory:" : data + "/thingsboard.db"));
  devices_ = store_->devices();
  event_.start();
  telesurveillance_.start();
  camunda_.start();
  kafka_.start({.topics = {std::string(kOutputTopic)},
                .group = "thingsboard",
                .handler = [this](Message message) { return save_alarm(std::move(message)); }});
  stage_.tasks().spawn(watch());
  return ok();
}

void ThingsBoard::count_saved(std::string_view kind) {
  stage_.metrics().count("thingsboard_saved_total", "Written to the database.",
                         {{"kind", std::string(kind)}});
}

Task<void> ThingsBoard::save_alarm(Message message) {
  stage_.count_in("topic", message.topic);
  Status turn = co_await stage_.faults().turn();
  if (!turn || stage_.faults().loses()) { co_return; }
  const StoredAlarm alarm{.id = get_string(message.body, "id"),
                          .device = get_string(message.body, "device"),
                          .kind = get_string(message.body, "kind"),
                          .at = stage_.wall()};
  const Status saved = store_->save(alarm);
  if (!saved) { log::error("stage", "{}", saved.error().what); }
  count_saved("alarm");
  stage_.seen().add(alarm.id, alarm.at);
  const std::string body = to_text(message.body);
  event_.offer({.path = "/alarm", .body = body});
  telesurveillance_.offer({.path = "/alarm", .body = body});
  camunda_.offer({.path = "/process", .body = body});
}

Task<net::HttpReply> ThingsBoard::heartbeat(net::HttpRequest request) {
  const Result<json::object> body = body_of(request);
  if (!body) { co_return refuse(400, "invalid", body.error().what); }
  const std::string device = get_string(*body, "device");
  if (device.empty() || device.size() > 200) {
    co_return refuse(400, "invalid", "device is missing");
  }
  stage_.count_in("kind", "heartbeat");
  std::optional<net::HttpReply> stopped = co_await stage_.admit();
  if (stopped) { co_return *std::move(stopped); }
  if (devices_.size() >= kDevicesMax && !devices_.contains(device)) {
    co_return refuse(507, "exhausted", "too many devices");
  }
  const Device heard{.last_activity = stage_.wall(), .active = true};
  devices_.insert_or_assign(device, heard);
  touched_.insert_or_assign(device, heard);
  count_saved("heartbeat");
  stage_.seen().add(get_string(*body, "id"), heard.last_activity);
  co_return reply_json(202, json::object{{"accepted", true}});
}

Task<void> ThingsBoard::watch() {
  while (true) {
    Status slept = co_await stage_.loop().sleep_until(stage_.in(kTick));
    if (!slept) { co_return; }
    if (stage_.faults().hung()) { continue; }
    mark_inactive();
    save_touched();
  }
}

void ThingsBoard::mark_inactive() {
  const WallTime now = stage_.wall();
  const Millis patience = stage_.options().duration("inactive-after");
  for (auto& [name, device] : devices_) {
    if (!device.active || now < device.last_activity + patience) { continue; }
    device.active = false;
    touched_.insert_or_assign(name, device);
  }
}

void ThingsBoard::save_touched() {
  const Status saved = store_->save(touched_);
  if (!saved) { log::error("stage", "{}", saved.error().what); }
  touched_.clear();
}

size_t ThingsBoard::inactive() const {
  size_t out = 0;
  for (const auto& [name, device] : devices_) { out += device.active ? 0 : 1; }
  return out;
}

void ThingsBoard::measure() {
  measure_lag(stage_, kafka_, {kOutputTopic});
  const size_t silent = inactive();
  constexpr std::string_view kHelp = "Devices by their last activity.";
  Metrics& metrics = stage_.metrics();
  metrics.gauge("thingsboard_devices", kHelp, {{"active", "false"}}, static_cast<double>(silent));
  metrics.gauge("thingsboard_devices", kHelp, {{"active", "true"}},
                static_cast<double>(devices_.size() - silent));
}

net::HttpReply ThingsBoard::count(std::string_view active) const {
  const size_t silent = inactive();
  size_t out = devices_.size();
  if (active == "false") { out = silent; }
  if (active == "true") { out -= silent; }
  return reply_json(200, json::object{{"count", out}, {"total", devices_.size()}});
}

net::HttpReply ThingsBoard::one_device(const std::string& name) const {
  const auto found = devices_.find(name);
  if (found == devices_.end()) { return refuse(404, "not_found", "no such device"); }
  return reply_json(200, json::object{{"device", name},
                                      {"last_activity", rfc3339(found->second.last_activity)},
                                      {"active", found->second.active}});
}

net::HttpReply ThingsBoard::one_alarm(const std::string& id) {
  const Result<StoredAlarm> alarm = store_->find(id);
  if (!alarm) { return refuse(404, "not_found", alarm.error().what); }
  return reply_json(200, json::object{{"id", alarm->id},
                                      {"device", alarm->device},
                                      {"kind", alarm->kind},
                                      {"at", rfc3339(alarm->at)}});
}

Task<net::HttpReply> ThingsBoard::handle(net::HttpRequest request) {
  const std::string path = request.path;
  if (request.method == "POST" && path == "/heartbeat") {
    net::HttpReply reply = co_await heartbeat(std::move(request));
    co_return reply;
  }
  if (path == "/devices/count") { co_return count(request.param("active")); }
  if (path.starts_with("/devices/")) { co_return one_device(path.substr(9)); }
  if (path.starts_with("/alarms/")) { co_return one_alarm(path.substr(8)); }
  co_return refuse(404, "not_found",
                   "POST /heartbeat, GET /devices/count, /devices/NAME or /alarms/ID");
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<ThingsBoard>(stage);
}

}  // namespace

extern const RoleKind thingsboard_role;
constinit const RoleKind thingsboard_role{
    .name = "thingsboard",
    .summary = "stores alarms and devices, runs the rule chain",
    .port = 19'115,
    .options = kOptions,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
