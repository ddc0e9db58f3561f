#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace vigie::oncall {

/// Accepts on 127.0.0.1 on a thread of its own, one connection after the other, and hands each to
/// `serve`, which may block: stop() shuts its socket.
class Listener {
 public:
  /// Port 0 picks one. Aborts when the port is taken: tests and rehearsals only.
  Listener(uint16_t port, std::function<void(int fd)> serve);
  ~Listener();
  uint16_t port() const { return port_; }
  void stop();

 private:
  void accept_all();

  std::function<void(int fd)> serve_;
  int fd_ = -1;
  uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::mutex mutex_;
  std::vector<int> open_;
  std::vector<std::thread> talks_;
  std::thread thread_;
};

}  // namespace vigie::oncall
