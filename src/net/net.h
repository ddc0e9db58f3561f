#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "base/time.h"

/// The only room that sees sockets, TLS and HTTP.
///
/// Lives on: the loop given (edge). Time: every call that touches the world takes a deadline.
/// Limits: each server and client has a bound on head, body and connections; see the structs.
/// Never: throws; blocks; follows a redirect with credentials to another host.
namespace vigie::net {

/// Header names compare without case; several of a name keep their order.
class Headers {
 public:
  void add(std::string name, std::string value);
  void set(std::string_view name, std::string value);  ///< Replaces all of that name.
  void remove(std::string_view name);
  std::string_view get(std::string_view name) const;  ///< The first, or "".
  std::vector<std::string_view> all(std::string_view name) const;
  bool has(std::string_view name) const;
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }
  size_t size() const { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

/// A parsed http, https or unix address: "https://host:8443/path?x=1", "unix:/run/a.sock:/path".
struct Url {
  std::string scheme;  ///< "http", "https" or "unix".
  std::string user, password;
  std::string host;  ///< Without brackets; the socket's path for unix.
  uint16_t port = 0;
  std::string target;        ///< Path and query, at least "/".
  std::string text() const;  ///< Without the password.
};
Result<Url> parse_url(std::string_view text);
std::string url_encode(std::string_view text);
std::string url_decode(std::string_view text);  ///< '+' is a space; a broken escape stays.
/// Query or form parameters in order of appearance.
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text);

/// How to trust and be trusted. Paths are files in PEM.
struct TlsSettings {
  std::string ca_file;  ///< Empty: the system's.
  std::string cert_file, key_file;
  std::string server_name;  ///< Empty: the URL's host.
  bool insecure_skip_verify = false;
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  ///< For the client; the server fills `path` and `query` instead.
  Headers headers;
  std::string body;

  // Filled by the server.
  std::string path;  ///< Decoded.
  std::string raw_target;
  std::vector<std::pair<std::string, std::string>> query;
  std::string peer;                  ///< "127.0.0.1:4711", or "unix".
  std::optional<uint32_t> peer_uid;  ///< Of the process behind a unix socket.
  bool tls = false;
  std::string_view param(std::string_view name) const;  ///< The first, or "".
};

struct HttpReply {
  int status = 200;
  Headers headers;
  std::string body;
};

/// Bounds of one exchange.
struct HttpLimits {
  size_t head_bytes_max = 64 << 10;
  size_t body_bytes_max = 16 << 20;  ///< After decompression.
};

struct HttpOptions {
  HttpLimits limits;
  TlsSettings tls;
  bool follow_redirects = true;  ///< Ten at most; credentials stay with the first host.
  bool accept_gzip = true;
  bool keep_alive = true;
};

/// What an exchange cost, for probes; zero where a phase did not happen.
struct HttpPhases {
  Nanos resolve{0}, connect{0}, tls{0}, first_byte{0}, transfer{0};
  std::string peer_address;
  std::string tls_version;
  std::optional<WallTime> certificate_expiry;  ///< The earliest of the chain presented.
  int redirects = 0;
  int http_version = 0;  ///< 10 or 11 of the last answer.
  std::string final_url;
};

/// Sends requests over pooled connections (keep-alive, at most 8 idle per host, 60 s).
/// A pooled connection that the server closed meanwhile is replaced once, silently.
class HttpClient {
 public:
  explicit HttpClient(Loop& loop);
  ~HttpClient();
  /// `timeout`, `unavailable` (refused, unresolved, reset), `exhausted` (a limit), `denied` (the
  /// certificate), `invalid` (the URL or the answer's grammar), `cancelled`.
  /// The body comes decompressed. Any HTTP status is a success here.
  /// In a coroutine name the request and the options first and move them in: g++ 12 frees a braced
  /// `{.url = ...}` inside an awaited call twice.
  Task<Result<HttpReply>> exchange(HttpRequest request, HttpOptions options, MonoTime deadline,
                                   HttpPhases* phases = nullptr);
  void close_idle();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// An open answer that grows (server-sent events). Any call after the client left says `cancelled`.
class EventStream {
 public:
  virtual ~EventStream() = default;
  /// One event; empty id or name are left out. Queued bytes are bounded: a client that does not
  /// read 1 MiB is cut.
  virtual Status send(std::string_view id, std::string_view name, std::string_view data) = 0;
  virtual Status comment(std::string_view text) = 0;
  virtual bool open() const = 0;
  virtual void close() = 0;
};

struct ServerLimits {
  HttpLimits http;
  size_t connections_max = 20'000;
  size_t requests_in_flight_max = 512;  ///< Beyond: 503 with Retry-After.
  Nanos head_wait_max = 10s;            ///< From connect or the previous answer's next byte.
  Nanos body_wait_max = 30s;
  Nanos idle_wait_max = 75s;
  Nanos write_wait_max = 30s;  ///< A client that does not read is cut.
};

/// Serves HTTP/1.1 on TCP (with or without TLS) and unix sockets.
class HttpServer {
 public:
  /// Returns the reply; may wait. Runs on the loop.
  using Handler = std::function<Task<HttpReply>(HttpRequest)>;
  /// For paths registered as streams; called when the head has been answered with 200.
  using StreamHandler = std::function<void(HttpRequest, std::shared_ptr<EventStream>)>;

  HttpServer(Loop& loop, ServerLimits limits, Handler handler);
  ~HttpServer();
  /// Requests for exactly this path become event streams, unless `guard` answers with a reply.
  void stream(std::string path, std::function<std::optional<HttpReply>(const HttpRequest&)> guard,
              StreamHandler handler);
  /// "127.0.0.1:9797", "[::1]:0"; port 0 picks one. `io` with the address on failure.
  Result<uint16_t> listen(std::string_view address, const TlsSettings* tls = nullptr);
  /// Removes a stale socket first; mode 0600.
  Status listen_unix(const std::string& path);
  /// Refuses new work, finishes what is in flight until the deadline, closes.
  Task<void> stop(MonoTime deadline);

  struct Telemetry {
    size_t connections = 0, in_flight = 0;
    uint64_t requests = 0, refused = 0, cut = 0;
  };
  Telemetry telemetry() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

/// A reply of text or JSON; large ones are compressed by the server when the client accepts gzip.
HttpReply text_reply(int status, std::string body,
                     std::string content_type = "text/plain; charset=utf-8");
HttpReply json_reply(int status, std::string body);

/// A byte stream to a peer: TCP, TLS or unix.
class Stream {
 public:
  virtual ~Stream() = default;
  /// At most `max` bytes, at least one; "" at the end of the stream.
  virtual Task<Result<std::string>> read_some(size_t max, MonoTime deadline) = 0;
  /// Up to and including `delimiter`; `exhausted` beyond `max`.
  virtual Task<Result<std::string>> read_until(std::string delimiter, size_t max,
                                               MonoTime deadline) = 0;
  virtual Task<Status> write(std::string bytes, MonoTime deadline) = 0;
  /// STARTTLS: continues as TLS.
  virtual Task<Status> start_tls(TlsSettings settings, std::string host, MonoTime deadline) = 0;
  virtual std::optional<WallTime> certificate_expiry() const = 0;
  virtual std::string tls_version() const = 0;
  virtual std::string peer_address() const = 0;
  virtual void close() = 0;
};

/// "host:port", "[::1]:80" or "unix:/path"; resolves without blocking the loop.
Task<Result<std::unique_ptr<Stream>>> connect(Loop& loop, std::string address, MonoTime deadline);
/// Addresses of a host, as text, IPv4 first.
Task<Result<std::vector<std::string>>> resolve(Loop& loop, std::string host, MonoTime deadline);

/// Datagrams: DNS probes and ICMP echo. One request, one answer from that peer.
Task<Result<std::string>> exchange_udp(Loop& loop, std::string address, std::string bytes,
                                       MonoTime deadline);
/// One ICMP echo over an unprivileged or raw socket; the round trip. `denied` where neither is
/// allowed.
Task<Result<Nanos>> ping(Loop& loop, std::string host, MonoTime deadline);

}  // namespace vigie::net
