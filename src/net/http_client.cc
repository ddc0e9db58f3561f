#include <deque>
#include <map>

#include "net/conversation.h"
#include "net/endpoint.h"
#include "net/text.h"

namespace vigie::net {

namespace {

constexpr size_t kIdlePerHostMax = 8;
constexpr size_t kIdleTotalMax = 8192;
constexpr Nanos kIdleMax = 60s;
constexpr Nanos kSweepEvery = 15s;
constexpr int kRedirectsMax = 10;

/// Connections are shared only between requests that would trust and be trusted alike.
std::string pool_key(const Url& url, const TlsSettings& tls) {
  if (url.scheme != "https") { return fmt::format("{}\n{}\n{}", url.scheme, url.host, url.port); }
  return fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n{}\n{}", url.scheme, url.host, url.port, tls.ca_file,
                     tls.cert_file, tls.key_file, tls.server_name, tls.insecure_skip_verify);
}

/// Whether sending it twice does what sending it once does (RFC 9110, or by the caller's word).
bool is_repeatable(const HttpRequest& request) {
  const std::string& method = request.method;
  return (method != "POST" && method != "PATCH" && method != "CONNECT") ||
         request.headers.has("Idempotency-Key");
}

struct Timed {
  const Clock& clock;
  Nanos* into;
  MonoTime began = clock.mono();
  Timed(const Clock& c, Nanos* to) : clock(c), into(to) {}
  void stop() const {
    if (into != nullptr) { *into += clock.mono() - began; }
  }
};

}  // namespace

struct HttpClient::Impl : std::enable_shared_from_this<HttpClient::Impl> {
  struct Idle {
    std::unique_ptr<Connection> connection;
    MonoTime since;
  };

  explicit Impl(Loop& home) : loop(home) {}

  Task<Result<HttpReply>> follow(HttpRequest request, HttpOptions options, MonoTime deadline,
                                 HttpPhases* phases);
  Task<Result<HttpReply>> once(const HttpRequest* request, const Url* url,
                               const HttpOptions* options, MonoTime deadline, HttpPhases* phases);
  Task<Result<std::unique_ptr<Connection>>> open(const Url* url, const HttpOptions* options,
                                                 MonoTime deadline, HttpPhases* phases);
  std::unique_ptr<Connection> take_idle(const std::string& key);
  void keep(const std::string& key, std::unique_ptr<Connection> connection);
  void sweep();

  Loop& loop;
  std::map<std::string, std::deque<Idle>> idle;
  size_t idle_total = 0;
  bool sweeping = false;
};

std::unique_ptr<Connection> HttpClient::Impl::take_idle(const std::string& key) {
  const auto it = idle.find(key);
  if (it == idle.end()) { return nullptr; }
  std::unique_ptr<Connection> out;
  // The newest first: the others may grow old and go.
  while (!it->second.empty() && out == nullptr) {
    Idle candidate = std::move(it->second.back());
    it->second.pop_back();
    --idle_total;
    const bool fresh = loop.clock().mono() - candidate.since < kIdleMax;
    if (fresh && !candidate.connection->has_news()) { out = std::move(candidate.connection); }
  }
  if (it->second.empty()) { idle.erase(it); }
  return out;
}

void HttpClient::Impl::keep(const std::string& key, std::unique_ptr<Connection> connection) {
  if (idle_total >= kIdleTotalMax) { return; }
  std::deque<Idle>& of_host = idle[key];
  if (of_host.size() >= kIdlePerHostMax) {
    of_host.pop_front();
    --idle_total;
  }
  of_host.push_back({std::move(connection), loop.clock().mono()});
  ++idle_total;
  if (!std::exchange(sweeping, true)) { sweep(); }
}

void HttpClient::Impl::sweep() {
  const MonoTime now = loop.clock().mono();
  for (auto it = idle.begin(); it != idle.end();) {
    std::deque<Idle>& of_host = it->second;
    while (!of_host.empty() && now - of_host.front().since >= kIdleMax) {
      of_host.pop_front();
      --idle_total;
    }
    it = of_host.empty() ? idle.erase(it) : std::next(it);
  }
  sweeping = !idle.empty();
  if (!sweeping) { return; }
  loop.call_at(now + kSweepEvery, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) { self->sweep(); }
  });
}

Task<Result<std::unique_ptr<Connection>>> HttpClient::Impl::open(const Url* url,
                                                                 const HttpOptions* options,
                                                                 MonoTime deadline,
                                                                 HttpPhases* phases) {
  std::vector<Endpoint> endpoints;
  const Timed resolving(loop.clock(), phases != nullptr ? &phases->resolve : nullptr);
  if (url->scheme == "unix") {
    VIGIE_CO_TRY(const Endpoint endpoint, unix_endpoint(url->host));
    endpoints.push_back(endpoint);
  } else {
    VIGIE_CO_TRY(endpoints, co_await resolve_endpoints(loop, url->host, url->port, deadline));
  }
  resolving.stop();
  const Timed connecting(loop.clock(), phases != nullptr ? &phases->connect : nullptr);
  const std::string what =
      url->scheme == "unix" ? url->host : fmt::format("{}:{}", url->host, url->port);
  VIGIE_CO_TRY(auto connection, co_await dial(loop, std::move(endpoints), what, deadline));
  connecting.stop();
  if (url->scheme == "https") {
    const Timed handshaking(loop.clock(), phases != nullptr ? &phases->tls : nullptr);
    VIGIE_CO_TRY(auto context, TlsContext::client(options->tls));
    connection->use_tls(TlsSession::client(std::move(context), connection->descriptor().fd(),
                                           options->tls, url->host));
    Status shaken = co_await connection->handshake(deadline);
    handshaking.stop();
    VIGIE_CO_CHECK(std::move(shaken).context(what));
  }
  co_return std::move(connection);
}

Task<Result<HttpReply>> HttpClient::Impl::once(const HttpRequest* request, const Url* url,
                                               const HttpOptions* options, MonoTime deadline,
                                               HttpPhases* phases) {
  VIGIE_CO_TRY(const std::string bytes, encode_request(*request, *url, *options));
  const std::string key = pool_key(*url, options->tls);
  const bool is_head = request->method == "HEAD";
  std::unique_ptr<Connection> link = options->keep_alive ? take_idle(key) : nullptr;
  bool reused = link != nullptr;
  while (true) {
    if (!link) { VIGIE_CO_TRY(link, co_await open(url, options, deadline, phases)); }
    if (phases != nullptr) {
      phases->peer_address = link->peer();
      if (link->tls() != nullptr) {
        phases->tls_version = link->tls()->version();
        phases->certificate_expiry = link->tls()->earliest_expiry();
      }
    }
    Progress progress;
    Result<Conversation> got =
        co_await converse(link.get(), bytes, is_head, options->limits, deadline, &progress, phases);
    const bool stale = !got && reused && !progress.answered &&
                       got.error().code == Code::unavailable && is_repeatable(*request);
    if (stale) {
      reused = false;
      link.reset();
      continue;
    }
    if (!got) { co_return std::move(got).error(); }
    if (got->reusable && options->keep_alive) { keep(key, std::move(link)); }
    co_return std::move(got->reply);
  }
}

Task<Result<HttpReply>> HttpClient::Impl::follow(HttpRequest request, HttpOptions options,
                                                 MonoTime deadline, HttpPhases* phases) {
  for (int redirects = 0;; ++redirects) {
    VIGIE_CO_TRY(const Url url, parse_url(request.url));
    if (phases != nullptr) {
      phases->redirects = redirects;
      phases->final_url = url.text();
    }
    Result<HttpReply> reply = co_await once(&request, &url, &options, deadline, phases);
    if (!reply || !options.follow_redirects) { co_return reply; }
    VIGIE_CO_TRY(std::optional<HttpRequest> next, redirected(request, url, *reply, &options));
    if (!next) { co_return reply; }
    if (redirects >= kRedirectsMax) {
      co_return error(Code::invalid, fmt::format("{} redirects in circles", url.text()));
    }
    request = *std::move(next);
  }
}

HttpClient::HttpClient(Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}
HttpClient::~HttpClient() = default;

Task<Result<HttpReply>> HttpClient::exchange(HttpRequest request, HttpOptions options,
                                             MonoTime deadline, HttpPhases* phases) {
  // Kept by the conversation: the client may go first.
  const std::shared_ptr<Impl> kept = impl_;
  Result<HttpReply> reply =
      co_await kept->follow(std::move(request), std::move(options), deadline, phases);
  co_return reply;
}

void HttpClient::close_idle() {
  impl_->idle.clear();
  impl_->idle_total = 0;
}

}  // namespace vigie::net
