#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/json.h"
#include "base/loop.h"
#include "net/net.h"
#include "stage/faults.h"
#include "stage/metrics.h"
#include "stage/options.h"
#include "stage/role.h"
#include "stage/seen.h"

/// The rehearsal stage: the alarm platform of the on-call training, one process per role, small
/// enough to run beside Vigie and easy to break on purpose.
///
/// Every role answers on 127.0.0.1: GET /health, GET /metrics, GET /seen/ID (did this message
/// pass here?), and GET|POST|DELETE /fault. Messages are JSON: {"id", "device", "kind"}.
/// Lives on: one loop, one thread. Time: the real clock; every wait has a deadline.
/// Durable: only what a role says (thingsboard), and sticky faults, below --data.
/// Never: listens beyond loopback; takes more than a second to stop.
namespace vigie::stage {

/// One process: its loop, its listener and its role.
class Stage {
 public:
  Stage(const RoleKind& kind, Options options, Loop& loop);
  ~Stage();

  /// On the loop: restores sticky faults, opens the role, listens. The port listened on.
  Result<uint16_t> open();
  /// On the loop: ends within `patience`.
  Task<void> close(Nanos patience);

  const RoleKind& kind() const { return kind_; }
  const Options& options() const { return options_; }
  Loop& loop() { return loop_; }
  net::HttpClient& http() { return http_; }
  TaskGroup& tasks() { return tasks_; }
  Faults& faults() { return faults_; }
  Metrics& metrics() { return metrics_; }
  Seen& seen() { return seen_; }
  MonoTime in(Nanos delay) const { return loop_.clock().mono() + delay; }
  WallTime wall() const { return loop_.clock().wall(); }

  /// Counts a message that came in, or one that was handed on (whether or not it was taken): the
  /// metrics ROLE_in_total and ROLE_out_total, with one label.
  void count_in(std::string_view label, std::string_view value);
  void count_out(std::string_view label, std::string_view value);
  /// One that the next stage did not take.
  void count_failed(std::string_view label, std::string_view value);

  /// Waits for the turn of one message that came by HTTP. A reply when it goes no further: 503,
  /// or the 202 that hides its loss.
  Task<std::optional<net::HttpReply>> admit();
  /// Posts JSON; ok on 2xx. `unavailable`, `timeout`, `denied` (4xx: it will never be taken).
  Task<Status> post_json(std::string url, std::string body, Nanos patience);
  Task<Result<json::object>> get_json(std::string url, Nanos patience);

 private:
  Task<net::HttpReply> answer(net::HttpRequest request);
  net::HttpReply answer_fault(const net::HttpRequest& request);
  net::HttpReply set_fault(const std::string& body);
  net::HttpReply answer_health();
  net::HttpReply answer_seen(const net::HttpRequest& request);
  std::string metric(std::string_view suffix) const;

  const RoleKind& kind_;
  const Options options_;
  Loop& loop_;
  net::HttpClient http_;
  TaskGroup tasks_;
  Faults faults_;
  Metrics metrics_;
  Seen seen_;
  std::unique_ptr<Role> role_;
  std::unique_ptr<net::HttpServer> server_;
};

/// {"error": {"code", "message"}}.
net::HttpReply refuse(int status, std::string_view code, std::string_view message);
net::HttpReply reply_json(int status, const json::value& body);
/// The body as a JSON object, of at most 64 KiB. `invalid`.
Result<json::object> body_of(const net::HttpRequest& request);

}  // namespace vigie::stage
