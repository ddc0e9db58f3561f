// The devices in people's homes: heartbeats from each, now and then an alarm.
#include <fmt/format.h>

#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr Option kOptions[] = {
    {.name = "devices", .fallback = "200", .help = "how many there are"},
    {.name = "heartbeat-every", .fallback = "10s", .help = "time between two of one device"},
    {.name = "alarm-every", .fallback = "2s", .help = "time between two of all devices"},
};
constexpr std::string_view kPeers[] = {"reporter"};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop};
constexpr std::string_view kAlarmKinds[] = {"intrusion", "flood", "smoke"};
constexpr Nanos kPatience = 2s;
constexpr int kInFlightMax = 64;
/// Many devices send in bursts of this spacing rather than one timer each.
constexpr Nanos kTick = 20ms;
constexpr Nanos kLateMax = 2s;

class Gateways final : public Role {
 public:
  explicit Gateways(Stage& stage)
      : stage_(stage),
        reporter_(stage.options().peer("reporter")),
        devices_(std::max<int64_t>(stage.options().number("devices"), 1)),
        heartbeat_every_(stage.options().duration("heartbeat-every")),
        alarm_every_(stage.options().duration("alarm-every")),
        // Ids stay unique over restarts.
        boot_(to_millis(stage.wall())) {}

  Status open() override {
    stage_.metrics().gauge("gateways_devices", "Devices there are.", {},
                           static_cast<double>(devices_));
    stage_.tasks().spawn(emit());
    return ok();
  }

 private:
  Task<void> emit();
  Task<void> send(std::string path, std::string kind, std::string body);
  void send_heartbeat();
  void send_alarm();
  void launch(std::string path, std::string kind, int64_t device, std::string id);
  bool silent(int64_t device) const;

  Stage& stage_;
  const std::string reporter_;
  const int64_t devices_;
  const Millis heartbeat_every_, alarm_every_;
  const int64_t boot_;
  int64_t heartbeats_ = 0, alarms_ = 0;
  int in_flight_ = 0;
};

/// A share of the devices says nothing while `drop` is set: always the same ones, the first.
bool Gateways::silent(int64_t device) const {
  const Fault* drop = stage_.faults().find(FaultKind::drop);
  return drop != nullptr &&
         static_cast<double>(device) < drop->share * static_cast<double>(devices_);
}

Task<void> Gateways::emit() {
  const Nanos heartbeat_gap = Nanos{heartbeat_every_} / devices_;
  const MonoTime start = stage_.loop().clock().mono();
  MonoTime heartbeat_at = start;
  MonoTime alarm_at = start;
  while (true) {
    const MonoTime next = std::max(std::min(heartbeat_at, alarm_at), stage_.in(0ns));
    Status slept = co_await stage_.loop().sleep_until(std::max(next, stage_.in(kTick)));
    if (!slept) { co_return; }
    const MonoTime now = stage_.loop().clock().mono();
    // What was due while we hung, or while the machine slept, is not made up for.
    if (stage_.faults().hung() || now > next + kLateMax) {
      heartbeat_at = alarm_at = now;
      continue;
    }
    for (; heartbeat_at <= now; heartbeat_at += heartbeat_gap) { send_heartbeat(); }
    for (; alarm_at <= now; alarm_at += Nanos{alarm_every_}) { send_alarm(); }
  }
}

void Gateways::send_heartbeat() {
  const int64_t device = heartbeats_++ % devices_;
  launch("/heartbeat", "heartbeat", device, fmt::format("hb-{}-{}", boot_, heartbeats_));
}

void Gateways::send_alarm() {
  const std::string_view kind = kAlarmKinds[alarms_ % 3];
  // A stride that is coprime with most counts: alarms come from all over.
  const int64_t device = (alarms_ * 37) % devices_;
  ++alarms_;
  launch("/alarm", std::string(kind), device, fmt::format("al-{}-{}", boot_, alarms_));
}

void Gateways::launch(std::string path, std::string kind, int64_t device, std::string id) {
  if (silent(device)) { return; }
  stage_.count_out("kind", kind);
  if (in_flight_ >= kInFlightMax) {
    stage_.count_failed("kind", kind);
    return;
  }
  ++in_flight_;
  const json::object body{{"id", id}, {"device", fmt::format("gw-{:05}", device)}, {"kind", kind}};
  stage_.tasks().spawn(send(std::move(path), std::move(kind), to_text(body)));
}

Task<void> Gateways::send(std::string path, std::string kind, std::string body) {
  Status turn = co_await stage_.faults().turn();
  if (turn) {
    Status taken = co_await stage_.post_json(reporter_ + path, std::move(body), kPatience);
    if (!taken) { stage_.count_failed("kind", kind); }
  }
  --in_flight_;
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Gateways>(stage);
}

}  // namespace

extern const RoleKind gateways_role;
constinit const RoleKind gateways_role{
    .name = "gateways",
    .summary = "devices that send heartbeats and alarms to reporter",
    .port = 19'110,
    .options = kOptions,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
