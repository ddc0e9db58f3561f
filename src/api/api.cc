#include "api/api.h"

#include <fmt/core.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "api/answers.h"
#include "api/listening.h"
#include "api/names.h"
#include "api/routes.h"
#include "api/stream.h"
#include "base/log.h"

namespace vigie::api {

namespace {

constexpr std::string_view kPersonHeader = "Vigie-Person";

std::string user_name(uint32_t uid) {
  std::array<char, 1024> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) != 0 || found == nullptr) {
    return fmt::format("user {}", uid);
  }
  return entry.pw_name;
}

}  // namespace

struct Api::Impl {
  explicit Impl(ApiDeps given)
      : deps(std::move(given)),
        sessions(deps.data_dir + "/sessions.json"),
        routes(deps, sessions),
        stream(deps.edge, routes),
        server(deps.edge, {},
               [this](net::HttpRequest request) { return answer(std::move(request)); }) {}

  const ApiDeps deps;
  Sessions sessions;
  Routes routes;
  NowStream stream;
  net::HttpServer server;
  bool beyond_loopback = false;
  std::string external_host;
  std::string bound_address;

  Task<net::HttpReply> answer(net::HttpRequest request);
  std::optional<net::HttpReply> refusal(const Route& route, Call& call);
  std::optional<net::HttpReply> stranger(const net::HttpRequest& request) const;
  std::optional<net::HttpReply> stream_guard(const net::HttpRequest& request);
  void identify(Call& call) const;
  bool host_is_ours(const net::HttpRequest& request) const;
  bool origin_is_ours(const net::HttpRequest& request) const;
};

void Api::Impl::identify(Call& call) const {
  const net::HttpRequest& request = call.request;
  if (request.peer_uid) {
    call.via = "cli";
    // The same user, or root, owns the data directory anyway; nobody else is let in.
    if (*request.peer_uid != geteuid() && *request.peer_uid != 0) { return; }
    const std::string_view named = request.headers.get(kPersonHeader);
    call.who = named.empty() ? user_name(*request.peer_uid) : std::string(named);
    return;
  }
  call.via = "web";
  const std::string_view token = cookie_in(request.headers.get("cookie"), Sessions::kCookie);
  call.who = sessions.person(token, deps.clock.wall()).value_or("");
}

/// A page elsewhere that resolves its own name to 127.0.0.1 must not reach us (DNS rebinding).
bool Api::Impl::host_is_ours(const net::HttpRequest& request) const {
  const std::string_view host = host_of(request.headers.get("host"));
  return is_loopback(host) || beyond_loopback || (!external_host.empty() && host == external_host);
}

/// Browsers say where a write comes from; another site's does not count.
bool Api::Impl::origin_is_ours(const net::HttpRequest& request) const {
  std::string_view origin = request.headers.get("origin");
  if (origin.empty()) { return true; }
  const size_t scheme = origin.find("://");
  if (scheme == std::string_view::npos) { return false; }
  origin.remove_prefix(scheme + 3);
  return origin == request.headers.get("host") || host_of(origin) == external_host;
}

/// An act in the name of somebody the book does not know: nobody could ask them, or page them.
std::optional<net::HttpReply> Api::Impl::stranger(const net::HttpRequest& request) const {
  const std::string_view named = request.headers.get(kPersonHeader);
  if (named.empty()) { return std::nullopt; }
  const json::object book = deps.neighbours.book();
  const json::array* people = get_array(book, "people");
  const auto known = people == nullptr ? std::vector<std::string>() : names_in(*people, "id");
  if (std::ranges::find(known, named) != known.end()) { return std::nullopt; }
  return error_reply(400, "invalid", no_such("person", named, known), kPersonHeader);
}

std::optional<net::HttpReply> Api::Impl::refusal(const Route& route, Call& call) {
  const net::HttpRequest& request = call.request;
  const bool local = request.peer_uid.has_value();
  if (!local && !host_is_ours(request)) {
    return error_reply(421, "denied", "this address is not Vigie's name: check external-url");
  }
  const bool reads = request.method == "GET" || request.method == "HEAD";
  if (!local && !reads && !origin_is_ours(request)) {
    return error_reply(403, "denied", "a page of another site may not act here");
  }
  if (route.access == Access::local && !local) {
    return error_reply(403, "denied", "only over the unix socket (the vigie command)");
  }
  const bool prometheus = route.pattern.starts_with("/api/v1/") || route.pattern == "/metrics";
  const bool needs_person =
      route.access != Access::open || (prometheus && beyond_loopback && !local);
  if (needs_person && call.who.empty()) {
    return error_reply(401, "denied", "sign in first: `vigie link` prints a link");
  }
  if (local && !reads && route.access != Access::open) { return stranger(request); }
  return std::nullopt;
}

Task<net::HttpReply> Api::Impl::answer(net::HttpRequest request) {
  Call call{.request = std::move(request), .params = {}, .who = {}, .via = {}};
  identify(call);
  const std::string path(sent_path(call.request));
  bool path_known = false;
  for (const Route& route : Routes::table()) {
    call.params.clear();
    if (!fits(route.pattern, path, call.params)) { continue; }
    const bool head = route.method == "GET" && call.request.method == "HEAD";
    if (route.method != call.request.method && !head) {
      path_known = path_known || route.handler != &Routes::console;
      continue;
    }
    if (path_known && route.handler == &Routes::console) { break; }
    if (auto refused = refusal(route, call)) { co_return *std::move(refused); }
    net::HttpReply reply = co_await (routes.*route.handler)(std::move(call));
    co_return reply;
  }
  co_return error_reply(
      path_known ? 405 : 404, path_known ? "invalid" : "not_found",
      fmt::format("{} {} is not something Vigie answers", call.request.method, call.request.path));
}

std::optional<net::HttpReply> Api::Impl::stream_guard(const net::HttpRequest& request) {
  Call call{.request = request, .params = {}, .who = {}, .via = {}};
  identify(call);
  static constexpr Route kStreamRoute{"GET", "/api/vigie/events", Access::signed_in, nullptr};
  if (auto refused = refusal(kStreamRoute, call)) { return refused; }
  if (stream.size() >= NowStream::kStreamsMax) {
    return error_reply(503, "exhausted", "too many consoles are open");
  }
  return std::nullopt;
}

Api::Api(ApiDeps deps) : impl_(std::make_unique<Impl>(std::move(deps))) {
  Impl* impl = impl_.get();
  impl->server.stream(
      "/api/vigie/events",
      [impl](const net::HttpRequest& request) { return impl->stream_guard(request); },
      [impl](net::HttpRequest, std::shared_ptr<net::EventStream> stream) {
        impl->stream.add(std::move(stream));
      });
}

Api::~Api() = default;

Result<uint16_t> Api::listen(const Listening& listening) {
  Impl& impl = *impl_;
  VIGIE_CHECK(impl.sessions.load(impl.deps.clock.wall()));
  impl.beyond_loopback = !is_loopback(host_of(listening.address));
  if (impl.beyond_loopback && !listening.with_tls) {
    return error(Code::denied,
                 fmt::format("listen: {} is beyond this machine and has no tls: give a certificate "
                             "and key, or listen on 127.0.0.1 and forward a port over ssh",
                             listening.address));
  }
  if (!listening.external_url.empty()) {
    VIGIE_TRY(const net::Url url, net::parse_url(listening.external_url));
    impl.external_host = url.host;
  }
  VIGIE_TRY(const uint16_t port,
            impl.server.listen(listening.address, listening.with_tls ? &listening.tls : nullptr));
  impl.stream.start();
  return port;
}

Status Api::listen_unix(const std::string& path) {
  return impl_->server.listen_unix(path);
}

Task<void> Api::stop(MonoTime deadline) {
  co_await impl_->stream.stop();
  co_await impl_->server.stop(deadline);
}

std::string Api::one_time_token(const std::string& person) {
  return impl_->sessions.one_time_token(person, impl_->deps.clock.wall());
}

bool Api::anybody_signed_in() const {
  return impl_->sessions.size() != 0;
}

void Api::decided(const engine::Decided& decided) {
  if (decided.events.empty()) { return; }
  Impl* impl = impl_.get();
  impl->deps.edge.post([impl] { impl->stream.changed(); });
}

void Api::trouble(std::string why) {
  Impl* impl = impl_.get();
  impl->deps.edge.post([impl, why = std::move(why)] { impl->routes.acting.trouble(why); });
}

std::unique_ptr<Decider> make_decider() {
  return std::make_unique<Answers>();
}

Api::Telemetry Api::telemetry() const {
  return {.http = impl_->server.telemetry(),
          .streams = impl_->stream.size(),
          .sessions = impl_->sessions.size(),
          .queries = impl_->routes.queries,
          .query_failures = impl_->routes.query_failures,
          .written_samples = impl_->routes.written,
          .refused_samples = impl_->routes.refused};
}

}  // namespace vigie::api
