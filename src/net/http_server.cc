#include <unistd.h>

#include "base/log.h"
#include "net/reply.h"
#include "net/server_state.h"

namespace vigie::net {

namespace {
constexpr int kAcceptAtOnce = 64;
constexpr Nanos kScarcePause = 100ms;
}  // namespace

void ServerState::add(Listening at, std::shared_ptr<const TlsContext> tls, std::string unix_path) {
  auto listener = std::make_unique<Listener>(loop, at.fd);
  listener->tls = std::move(tls);
  listener->unix_path = std::move(unix_path);
  Listener* const raw = listener.get();
  listeners.push_back(std::move(listener));
  tasks.spawn(accept_all(raw));
}

Task<void> ServerState::accept_all(Listener* listener) {
  while (listener->socket.open()) {
    // The one wait without a deadline: for work that may never come.
    Status ready = co_await listener->socket.readable(MonoTime::max());
    if (!ready) { co_return; }
    for (int i = 0; i < kAcceptAtOnce && listener->socket.open(); ++i) {
      Result<Accepted> accepted = accept_one(listener->socket.fd());
      if (!accepted) {
        log::warn("net", "{}", accepted.error().what);
        Status slept = co_await loop.sleep_until(now() + kScarcePause);
        if (!slept) { co_return; }
        break;
      }
      if (accepted->fd < 0) { break; }
      admit(*listener, *std::move(accepted));
    }
  }
}

void ServerState::admit(const Listener& listener, Accepted from) {
  if (telemetry.connections < limits.connections_max) {
    tasks.spawn(serve(std::move(from), listener.tls));
    return;
  }
  ++telemetry.refused;
  Connection link(loop, from.fd, std::move(from.peer));
  if (listener.tls) { return; }
  const ReplyFrame frame{.keep_alive = false, .now = loop.clock().wall()};
  static_cast<void>(link.try_write(encode_reply(refusal(503, "too many connections"), frame)));
}

void ServerState::stop_accepting() {
  stopping = true;
  for (const auto& listener : listeners) {
    listener->socket.close();
    if (!listener->unix_path.empty()) { ::unlink(listener->unix_path.c_str()); }
    listener->unix_path.clear();
  }
  for (Session* session : sessions) {
    if (session->stream) { session->stream->close(); }
    if (session->idle) { session->link.close(); }
  }
}

HttpServer::HttpServer(Loop& loop, ServerLimits limits, Handler handler)
    : impl_(std::make_shared<Impl>(loop, limits, std::move(handler))) {}

HttpServer::~HttpServer() {
  impl_->stop_accepting();
  impl_->tasks.cancel();
}

void HttpServer::stream(std::string path,
                        std::function<std::optional<HttpReply>(const HttpRequest&)> guard,
                        StreamHandler handler) {
  impl_->streams.insert_or_assign(std::move(path),
                                  Impl::StreamRoute{std::move(guard), std::move(handler)});
}

Result<uint16_t> HttpServer::listen(std::string_view address, const TlsSettings* tls) {
  std::shared_ptr<const TlsContext> context;
  if (tls != nullptr) { VIGIE_TRY(context, TlsContext::server(*tls)); }
  VIGIE_TRY(const Listening at, listen_tcp(address));
  impl_->add(at, std::move(context), "");
  return at.port;
}

Status HttpServer::listen_unix(const std::string& path) {
  VIGIE_TRY(const Listening at, listen_unix_at(path));
  impl_->add(at, nullptr, path);
  return ok();
}

Task<void> HttpServer::stop(MonoTime deadline) {
  const std::shared_ptr<Impl> kept = impl_;
  kept->stop_accepting();
  const Loop::TimerId timer = kept->loop.call_at(deadline, [kept] { kept->tasks.cancel(); });
  co_await kept->tasks.join();
  kept->loop.cancel_timer(timer);
}

HttpServer::Telemetry HttpServer::telemetry() const {
  return impl_->telemetry;
}

}  // namespace vigie::net
