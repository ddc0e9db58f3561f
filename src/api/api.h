#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/json.h"
#include "base/loop.h"
#include "config/config.h"
#include "engine/engine.h"
#include "model/decider.h"
#include "net/net.h"
#include "promql/promql.h"
#include "tsdb/tsdb.h"

/// The counter where people and programs talk to Vigie: Prometheus' API, Vigie's own
/// (docs/formats/console-api.md), the event stream, the console embedded in the binary.
///
/// Lives on: edge. What deciders know is asked on core, queries run in the pool.
/// Time: wall clock for people; every request has a deadline of the server.
/// Durable: sessions, in data/sessions.json (hashes of tokens only). A write by a person is
/// answered after the journal has it; while the journal cannot be written, acts are in force from
/// memory and answered 507. Keys of acts (Idempotency-Key) are in the journal.
/// Limits: bodies of 16 MiB, 256 event streams, 1,000 sessions, 11,000 points a query.
/// Never: changes anything for a GET; answers a person's page without a session, except over the
/// unix socket to the same user; lets another web site act (Origin and Host are checked).
namespace vigie::api {

/// Knows which keyed requests were done; must be among the engine's deciders.
std::unique_ptr<Decider> make_decider();
/// An address beyond loopback without TLS, with its place: what listen() would refuse.
void check_book(const config::Node& root, config::Problems& problems);

/// What other rooms know, wired by the daemon. Functions are called on edge.
struct Neighbours {
  /// `data` of /api/v1/targets; `state` as there, an empty pool is all of them.
  std::function<std::string(std::string_view state, std::string_view pool)> targets;
  /// `data` of /api/v1/rules, given alerting's view "alerts".
  std::function<std::string(const json::value& alerts)> rules;
  /// Measured now, for the chains and fleets of the console: {"flows": {chain: {stage: number}},
  /// "robots": {chain: time of the newest round}, "fleets": [Fleet]}.
  std::function<json::object()> live;
  std::function<json::value(std::string fleet, bool inactive, size_t limit)>
      fleet;  ///< null: none.
  std::function<Status(std::string_view fleet, std::string_view device)> heartbeat;
  /// Every probe and why it is as it is.
  std::function<json::array()> probes;
  std::function<Result<json::object>(std::string unit, size_t lines)> logs;
  /// Why nothing that comes in can be kept now (the disk is full), or "".
  std::function<std::string()> refusing;
  /// `data` of /api/v1/metadata; an empty metric: all; limit 0: no limit.
  std::function<json::object(std::string_view metric, size_t limit)> metadata;
  std::function<json::value()> kinds;
  std::function<std::string()> metrics;       ///< Text format 0.0.4.
  std::function<std::string()> book_problem;  ///< Of the last refused reload, or "".
  std::function<json::object()> book;         ///< name, timezone, hash, and people: [{id, name}].
  std::function<bool()> ready;
};

struct ApiDeps {
  Loop& edge;
  Loop& store_loop;
  Pool& pool;
  const Clock& clock;
  engine::Engine& engine;
  tsdb::Store& store;
  const promql::Engine& queries;
  std::string data_dir;
  std::string version;
  Neighbours neighbours;
  /// Reloads the book; the error is the text `vigie check` would print.
  std::function<Task<Status>()> reload;
  /// Ends the daemon in an orderly way.
  std::function<void()> quit;
};

struct Listening {
  std::string address;  ///< "127.0.0.1:9797".
  net::TlsSettings tls;
  bool with_tls = false;
  std::string external_url;
};

class Api {
 public:
  explicit Api(ApiDeps deps);
  ~Api();

  /// Reads the sessions; binds. `denied` for an address beyond loopback without TLS.
  Result<uint16_t> listen(const Listening& listening);
  Status listen_unix(const std::string& path);
  Task<void> stop(MonoTime deadline);

  /// A token that signs `person` in once, within an hour.
  std::string one_time_token(const std::string& person);
  bool anybody_signed_in() const;

  /// On core, from the engine: something was decided; the stream follows.
  void decided(const engine::Decided& decided);
  /// On core, from the engine: the journal cannot be written (why), or can again ("").
  void trouble(std::string why);

  struct Telemetry {
    net::HttpServer::Telemetry http;
    size_t streams = 0, sessions = 0;
    uint64_t queries = 0, query_failures = 0, written_samples = 0, refused_samples = 0;
  };
  Telemetry telemetry() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::api
