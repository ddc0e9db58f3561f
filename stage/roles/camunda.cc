// The processes that follow an alarm (intrusion, flood, smoke). Each asks offre first what the
// customer has bought; without an answer it fails.
#include <fmt/format.h>

#include "stage/stage.h"

namespace vigie::stage {

namespace {

constexpr std::string_view kPeers[] = {"offre"};
constexpr FaultKind kFaults[] = {FaultKind::slow, FaultKind::drop};
constexpr std::string_view kProcesses[] = {"intrusion", "flood", "smoke"};
constexpr Nanos kPatience = 1s;
constexpr size_t kRunningMax = 500;

class Camunda final : public Role {
 public:
  explicit Camunda(Stage& stage)
      : stage_(stage), offre_(stage.options().peer("offre") + "/check") {}
  Task<net::HttpReply> handle(net::HttpRequest request) override;

 private:
  Task<void> run(std::string id, std::string process, std::string body);

  Stage& stage_;
  const std::string offre_;
  size_t running_ = 0;
};

Task<net::HttpReply> Camunda::handle(net::HttpRequest request) {
  if (request.method != "POST" || request.path != "/process") {
    co_return refuse(404, "not_found", "POST /process");
  }
  const Result<json::object> body = body_of(request);
  if (!body) { co_return refuse(400, "invalid", body.error().what); }
  const std::string process = get_string(*body, "kind");
  if (std::find(std::begin(kProcesses), std::end(kProcesses), process) == std::end(kProcesses)) {
    co_return refuse(400, "invalid", fmt::format("there is no process \"{}\"", process));
  }
  stage_.count_in("process", process);
  std::optional<net::HttpReply> stopped = co_await stage_.admit();
  if (stopped) { co_return *std::move(stopped); }
  if (running_ >= kRunningMax) { co_return refuse(503, "exhausted", "too many processes"); }
  ++running_;
  stage_.tasks().spawn(run(get_string(*body, "id"), process, to_text(*body)));
  co_return reply_json(202, json::object{{"accepted", true}});
}

Task<void> Camunda::run(std::string id, std::string process, std::string body) {
  Status bought = co_await stage_.post_json(offre_, std::move(body), kPatience);
  --running_;
  if (!bought) {
    stage_.count_failed("process", process);
    co_return;
  }
  stage_.count_out("process", process);
  stage_.seen().add(id, stage_.wall());
}

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Camunda>(stage);
}

}  // namespace

extern const RoleKind camunda_role;
constinit const RoleKind camunda_role{
    .name = "camunda",
    .summary = "runs the processes intrusion, flood and smoke; asks offre first",
    .port = 19'118,
    .peers = kPeers,
    .faults = kFaults,
    .make = &make,
};

}  // namespace vigie::stage
