#pragma once

#include <list>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "net/connection.h"
#include "net/event_stream.h"
#include "net/listen.h"
#include "net/net.h"

namespace vigie::net {

/// One connection from accept to close.
struct Session {
  Session(Loop& loop, Accepted from) : link(loop, from.fd, std::move(from.peer)), uid(from.uid) {}

  Connection link;
  const std::optional<uint32_t> uid;
  std::string in;  ///< Bytes read and not yet understood.
  bool idle = false;
  bool served = false;                 ///< At least one request was answered.
  std::shared_ptr<EventQueue> stream;  ///< While it is an event stream.
};

/// What all connections of a server share. Lives on: the server's loop.
struct ServerState {
  struct StreamRoute {
    std::function<std::optional<HttpReply>(const HttpRequest&)> guard;
    HttpServer::StreamHandler handler;
  };
  struct Listener {
    Listener(Loop& loop, int fd) : socket(loop, fd) {}
    Descriptor socket;
    std::shared_ptr<const TlsContext> tls;
    std::string unix_path;
  };

  ServerState(Loop& home, ServerLimits bounds, HttpServer::Handler handle)
      : loop(home), limits(bounds), handler(std::move(handle)) {}

  void add(Listening at, std::shared_ptr<const TlsContext> tls, std::string unix_path);
  Task<void> accept_all(Listener* listener);
  void admit(const Listener& listener, Accepted from);
  void stop_accepting();
  /// The whole life of one connection.
  Task<void> serve(Accepted from, std::shared_ptr<const TlsContext> tls);
  MonoTime now() const { return loop.clock().mono(); }

  Loop& loop;
  const ServerLimits limits;
  const HttpServer::Handler handler;
  std::map<std::string, StreamRoute> streams;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::list<Session*> sessions;
  bool stopping = false;
  HttpServer::Telemetry telemetry;
  TaskGroup tasks;
};

struct HttpServer::Impl : ServerState {
  using ServerState::ServerState;
};

}  // namespace vigie::net
