// Counts devices that fell silent, by asking ThingsBoard.
#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr std::string_view kPeers[] = {"thingsboard"};
constexpr Nanos kPatience = 1s;
constexpr Nanos kEvery = 1s;
constexpr std::string_view kGauge = "devicemanagement_inactive_devices";

class DeviceManagement final : public Role {
 public:
  explicit DeviceManagement(Stage& stage)
      : stage_(stage), url_(stage.options().peer("thingsboard") + "/devices/count?active=false") {}

  Status open() override {
    stage_.tasks().spawn(follow());
    return ok();
  }

  Task<net::HttpReply> handle(net::HttpRequest request) override {
    if (request.method != "GET" || request.path != "/devices/inactive/count") {
      co_return refuse(404, "not_found", "GET /devices/inactive/count");
    }
    Result<json::object> answer = co_await stage_.get_json(url_, kPatience);
    if (!answer) { co_return refuse(502, "unavailable", answer.error().what); }
    co_return reply_json(200, *answer);
  }

 private:
  /// Keeps the gauges fresh; they vanish while ThingsBoard says nothing.
  Task<void> follow() {
    while (true) {
      Result<json::object> answer = co_await stage_.get_json(url_, kPatience);
      Metrics& metrics = stage_.metrics();
      if (answer) {
        metrics.gauge(kGauge, "Devices without recent activity.", {}, get_number(*answer, "count"));
        metrics.gauge("devicemanagement_devices", "All devices.", {}, get_number(*answer, "total"));
      } else {
        metrics.forget(kGauge, {});
        metrics.forget("devicemanagement_devices", {});
      }
      Status slept = co_await stage_.loop().sleep_until(stage_.in(kEvery));
      if (!slept) { co_return; }
    }
  }

  Stage& stage_;
  const std::string url_;
};

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<DeviceManagement>(stage);
}

}  // namespace

extern const RoleKind devicemanagement_role;
constinit const RoleKind devicemanagement_role{
    .name = "devicemanagement",
    .summary = "counts inactive devices for whoever asks",
    .port = 19'120,
    .peers = kPeers,
    .make = &make,
};

}  // namespace vigie::stage
