// One connection of the server: waiting for requests, reading, answering, and when to hang up.
#include <algorithm>

#include "net/reply.h"
#include "net/server_state.h"
#include "net/text.h"
#include "net/wire.h"

namespace vigie::net {

namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kHeadReadBytes = 8 << 10;
constexpr Nanos kLingerMax = 1s;
constexpr Nanos kLingerAtStop = 100ms;
constexpr size_t kLingerBytesMax = 1 << 20;
// A pipelining client must let others have a turn.
constexpr int kRequestsPerTurn = 16;

using Server = ServerState;

/// What to do after one request.
enum class Next : uint8_t {
  another,
  hang_up,  ///< At once.
  linger,   ///< Let the client read the answer first: it may still be sending.
};

/// Puts a session on the server's list and the books, and takes it off whatever happens.
class Registered {
 public:
  Registered(Server& server, Session& session) : server_(server) {
    at_ = server_.sessions.insert(server_.sessions.end(), &session);
    ++server_.telemetry.connections;
  }
  ~Registered() {
    server_.sessions.erase(at_);
    --server_.telemetry.connections;
  }
  Registered(const Registered&) = delete;
  Registered& operator=(const Registered&) = delete;

 private:
  Server& server_;
  std::list<Session*>::iterator at_;
};

class InFlight {
 public:
  explicit InFlight(Server& server) : server_(server) { ++server_.telemetry.in_flight; }
  ~InFlight() { leave(); }
  void leave() {
    if (std::exchange(counted_, false)) { --server_.telemetry.in_flight; }
  }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Server& server_;
  bool counted_ = true;
};

HttpReply fault_reply(WireFault fault) {
  switch (fault) {
    case WireFault::head_limit:
      return refusal(431, "the head of the request is too large");
    case WireFault::body_limit:
      return refusal(413, "the body of the request is too large");
    case WireFault::encoding:
      return refusal(400, "the compressed body is broken");
    default:
      return refusal(400, "this is not HTTP/1.1");
  }
}

bool is_known(std::string_view method) {
  static constexpr std::string_view kMethods[] = {"GET",    "HEAD",  "POST",   "PUT",
                                                  "DELETE", "PATCH", "OPTIONS"};
  return std::find(std::begin(kMethods), std::end(kMethods), method) != std::end(kMethods);
}

/// What is wrong with a head that the grammar allows.
std::optional<HttpReply> judge_head(const WireParser& parser, const WireHead& head,
                                    const HttpLimits& limits) {
  if (head.version == 11 && head.headers.all("Host").size() != 1) {
    return refusal(400, "exactly one Host header is required");
  }
  if (head.headers.has("Transfer-Encoding") &&
      !same_text(head.headers.get("Transfer-Encoding"), "chunked")) {
    return refusal(501, "the only transfer encoding is chunked");
  }
  if (!is_known(head.method)) { return refusal(501, "the method is not known"); }
  const bool is_path = head.target.starts_with('/') || head.target.starts_with("http://") ||
                       head.target.starts_with("https://") ||
                       (head.target == "*" && head.method == "OPTIONS");
  if (!is_path) { return refusal(400, "the target is not a path"); }
  if (parser.content_length() > limits.body_bytes_max) {
    return refusal(413, "the body of the request is too large");
  }
  const std::string_view expectation = head.headers.get("Expect");
  if (!expectation.empty() && !same_text(expectation, "100-continue")) {
    return refusal(417, "the expectation is not known");
  }
  return std::nullopt;
}

HttpRequest request_of(WireParser& parser, const Session& session) {
  HttpRequest out;
  WireHead& head = parser.head();
  out.method = std::move(head.method);
  out.headers = std::move(head.headers);
  out.body = parser.take_body();
  out.raw_target = std::move(head.target);
  std::string_view target = out.raw_target;
  // The absolute form is for proxies; its host says nothing that Host does not.
  if (const size_t scheme = target.find("://");
      !target.starts_with('/') && scheme != std::string_view::npos) {
    target.remove_prefix(std::min(target.find('/', scheme + 3), target.size()));
    if (target.empty()) { target = "/"; }
  }
  target = target.substr(0, target.find('#'));
  const size_t mark = std::min(target.find('?'), target.size());
  out.path = path_decode(target.substr(0, mark));
  out.query = parse_query(target.substr(std::min(mark + 1, target.size())));
  out.peer = session.link.peer();
  out.peer_uid = session.uid;
  out.tls = session.link.tls() != nullptr;
  return out;
}

Task<Status> send_bytes(Server& server, Session& session, std::string bytes) {
  Status sent =
      co_await session.link.write_all(bytes, server.limits.write_wait_max, MonoTime::max());
  if (!sent && sent.error().code == Code::timeout) { ++server.telemetry.cut; }
  co_return sent;
}

Task<Next> refuse(Server& server, Session& session, HttpReply reply) {
  ++server.telemetry.refused;
  const ReplyFrame frame{.keep_alive = false, .now = server.loop.clock().wall()};
  Status sent = co_await send_bytes(server, session, encode_reply(reply, frame));
  co_return sent ? Next::linger : Next::hang_up;
}

/// Waits for the first byte of a request with nothing held in memory.
Task<bool> await_request(Server& server, Session& session) {
  // Some clients end a body with a line end too many.
  while (session.in.starts_with("\r\n")) { session.in.erase(0, 2); }
  if (!session.in.empty()) { co_return true; }
  std::string().swap(session.in);
  if (server.stopping) { co_return false; }
  const Nanos patience = session.served ? server.limits.idle_wait_max : server.limits.head_wait_max;
  session.idle = true;
  Status ready = co_await session.link.readable(server.now() + patience);
  session.idle = false;
  co_return ready.has_value();
}

/// Reads until `enough` says so; a reply when the request must be refused, `cancelled` as a status
/// of the connection when there is nobody to answer.
Task<Result<std::optional<HttpReply>>> read_head(Server& server, Session& session,
                                                 WireParser* parser) {
  const MonoTime deadline = server.now() + server.limits.head_wait_max;
  while (true) {
    session.in.erase(0, parser->put(session.in));
    if (parser->fault() != WireFault::none) { co_return fault_reply(parser->fault()); }
    if (parser->head_done()) { co_return std::nullopt; }
    Result<size_t> got = co_await session.link.read_into(&session.in, kHeadReadBytes, deadline);
    if (!got && got.error().code == Code::timeout) {
      ++server.telemetry.cut;
      co_return refusal(408, "the head of the request did not come in time");
    }
    if (!got) { co_return std::move(got).error(); }
    if (*got == 0) { co_return error(Code::unavailable, "the client left"); }
    while (session.in.starts_with("\r\n")) { session.in.erase(0, 2); }
  }
}

Task<Result<std::optional<HttpReply>>> read_body(Server& server, Session& session,
                                                 WireParser* parser) {
  const MonoTime deadline = server.now() + server.limits.body_wait_max;
  while (true) {
    if (!session.in.empty()) { session.in.erase(0, parser->put(session.in)); }
    if (parser->fault() != WireFault::none) { co_return fault_reply(parser->fault()); }
    if (parser->done()) { co_return std::nullopt; }
    Result<size_t> got = co_await session.link.read_into(&session.in, kReadBytes, deadline);
    if (!got && got.error().code == Code::timeout) {
      ++server.telemetry.cut;
      co_return refusal(408, "the body of the request did not come in time");
    }
    if (!got) { co_return std::move(got).error(); }
    if (*got == 0) { co_return error(Code::unavailable, "the client left"); }
  }
}

/// Notices that the client of a stream left: it has nothing to say any more.
Task<void> watch_leaving(Session* session, std::shared_ptr<EventQueue> queue) {
  std::string ignored;
  while (queue->open()) {
    Result<size_t> got = co_await session->link.read_into(&ignored, kReadBytes, MonoTime::max());
    if (!got || *got == 0) { break; }
    ignored.clear();
  }
  queue->leave();
}

Task<void> serve_stream(Server& server, Session& session, HttpRequest request,
                        HttpServer::StreamHandler handler) {
  Status sent =
      co_await send_bytes(server, session, encode_stream_head(server.loop.clock().wall()));
  if (!sent) { co_return; }
  const auto queue = std::make_shared<EventQueue>();
  queue->on_cut = [&server, &session] {
    ++server.telemetry.cut;
    session.link.close();
  };
  session.stream = queue;
  TaskGroup watcher;
  watcher.spawn(watch_leaving(&session, queue));
  handler(std::move(request), EventQueue::sender(queue));
  if (server.stopping) { queue->close(); }
  while (true) {
    std::string bytes = co_await queue->take();
    if (bytes.empty()) { break; }
    Status written = co_await send_bytes(server, session, std::move(bytes));
    queue->sent();
    if (!written) { queue->leave(); }
  }
  queue->on_cut = nullptr;
  session.stream.reset();
  watcher.cancel();
  co_await watcher.join();
}

/// The request is complete: a stream, or an answer.
Task<Next> answer(Server& server, Session& session, WireParser* parser, InFlight* in_flight) {
  const int version = parser->head().version;
  const bool may_keep = parser->keep_alive();
  HttpRequest request = request_of(*parser, session);
  ++server.telemetry.requests;
  const bool is_head = request.method == "HEAD";
  const std::string accept(request.headers.get("Accept-Encoding"));

  std::optional<HttpReply> reply;
  const auto stream = server.streams.find(request.path);
  if (stream != server.streams.end() && request.method == "GET") {
    const Server::StreamRoute route = stream->second;
    if (route.guard) { reply = route.guard(request); }
    if (!reply) {
      in_flight->leave();
      co_await serve_stream(server, session, std::move(request), route.handler);
      co_return Next::linger;
    }
  } else {
    reply = co_await server.handler(std::move(request));
  }
  compress_reply(*reply, accept);
  const bool keep = may_keep && !server.stopping;
  const ReplyFrame frame{.is_head = is_head,
                         .keep_alive = keep,
                         .version = version,
                         .now = server.loop.clock().wall()};
  Status sent = co_await send_bytes(server, session, encode_reply(*reply, frame));
  if (!sent) { co_return Next::hang_up; }
  session.served = true;
  co_return keep ? Next::another : Next::linger;
}

Task<Next> serve_one(Server& server, Session& session) {
  WireParser parser(WireParser::Kind::request, server.limits.http);
  Result<std::optional<HttpReply>> head = co_await read_head(server, session, &parser);
  if (!head) { co_return Next::hang_up; }
  std::optional<HttpReply> wrong = *std::move(head);
  if (!wrong) { wrong = judge_head(parser, parser.head(), server.limits.http); }
  if (!wrong && server.telemetry.in_flight >= server.limits.requests_in_flight_max) {
    wrong = refusal(503, "too many requests at once");
  }
  if (wrong) {
    const Next next = co_await refuse(server, session, *std::move(wrong));
    co_return next;
  }
  InFlight in_flight(server);
  const bool expects = parser.head().headers.has("Expect");
  if (expects && !parser.done() && session.in.empty() && parser.head().version == 11) {
    Status sent = co_await send_bytes(server, session, "HTTP/1.1 100 Continue\r\n\r\n");
    if (!sent) { co_return Next::hang_up; }
  }
  Result<std::optional<HttpReply>> body = co_await read_body(server, session, &parser);
  if (!body) { co_return Next::hang_up; }
  if (*body) {
    const Next next = co_await refuse(server, session, **std::move(body));
    co_return next;
  }
  const Next next = co_await answer(server, session, &parser, &in_flight);
  co_return next;
}

/// Closing with unread bytes would reset the connection, and the answer could be lost on its way.
Task<void> linger(Server& server, Session& session) {
  session.link.finish_writing();
  const MonoTime deadline = server.now() + (server.stopping ? kLingerAtStop : kLingerMax);
  std::string ignored;
  size_t total = 0;
  while (total < kLingerBytesMax) {
    ignored.clear();
    Result<size_t> got = co_await session.link.read_into(&ignored, kReadBytes, deadline);
    if (!got || *got == 0) { co_return; }
    total += *got;
  }
}

}  // namespace

Task<void> ServerState::serve(Accepted from, std::shared_ptr<const TlsContext> tls) {
  Session session(loop, std::move(from));
  const Registered registered(*this, session);
  if (tls) {
    session.link.use_tls(TlsSession::server(tls, session.link.descriptor().fd()));
    tls.reset();
    Status shaken = co_await session.link.handshake(now() + limits.head_wait_max);
    if (!shaken) { co_return; }
  }
  Next next = Next::another;
  for (int turn = 1; next == Next::another; ++turn) {
    const bool more = co_await await_request(*this, session);
    if (!more) { break; }
    next = co_await serve_one(*this, session);
    if (turn % kRequestsPerTurn != 0) { continue; }
    Status rested = co_await loop.sleep_until(now());
    if (!rested) { break; }
  }
  if (next == Next::linger) { co_await linger(*this, session); }
}

}  // namespace vigie::net
