#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/net.h"

namespace vigie::net {

/// A loop on the real clock with what tests over real sockets need: run a task to its end.
class Loopback {
 public:
  Loop loop{"test", real_clock()};
  TaskGroup tasks;

  MonoTime in(Nanos delay) const { return loop.clock().mono() + delay; }

  template <class T>
  T run(Task<T> task) {
    auto out = std::make_shared<std::optional<T>>();
    tasks.spawn(keep(std::move(task), out));
    loop.run_until([&] { return out->has_value(); }, in(30s));
    ASSERT(out->has_value(), "the task did not end within 30 s");
    return *std::move(*out);
  }
  void run(Task<void> task);

  /// Sends `bytes` to 127.0.0.1:port and reads until the peer closes (or 10 s pass).
  std::string talk(uint16_t port, std::string bytes);
  HttpReply must_get(HttpClient& client, std::string url, HttpOptions options = {});
  Result<HttpReply> exchange(HttpClient& client, HttpRequest request, HttpOptions options = {});

 private:
  template <class T>
  static Task<void> keep(Task<T> task, std::shared_ptr<std::optional<T>> out) {
    T value = co_await std::move(task);
    out->emplace(std::move(value));
  }
};

}  // namespace vigie::net
