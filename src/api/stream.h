#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/routes.h"

namespace vigie::api {

/// Sends Now to every open event stream whenever it changes.
///
/// Lives on: edge. At most four documents a second; every five seconds one is made anyway, since
/// measured flows change without a decision. A document equal to the last sent is not sent.
/// Limits: 256 streams; a client that does not read is cut by the server.
class NowStream {
 public:
  static constexpr size_t kStreamsMax = 256;

  NowStream(Loop& edge, Routes& routes) : edge_(edge), routes_(routes) {}

  void start() { tasks_.spawn(run()); }
  Task<void> stop();
  void add(std::shared_ptr<net::EventStream> stream);
  void changed();
  size_t size() const { return streams_.size(); }

 private:
  Task<void> run();
  void send(const std::string& seq, const std::string& text);
  Task<void> greet(std::shared_ptr<net::EventStream> stream);

  Loop& edge_;
  Routes& routes_;
  TaskGroup tasks_;
  std::vector<std::shared_ptr<net::EventStream>> streams_;
  std::shared_ptr<Completion<bool>> wake_;
  bool dirty_ = false;
  std::string last_;
};

}  // namespace vigie::api
