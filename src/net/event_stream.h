#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/task.h"
#include "net/net.h"

namespace vigie::net {

/// What waits to be sent on one event stream. Shared by the connection, which takes, and by the
/// room that sends. Lives on: the server's loop. Limits: 1 MiB waiting.
class EventQueue {
 public:
  static constexpr size_t kBytesMax = 1 << 20;

  /// The room's end; when the room lets go of it the stream closes.
  static std::shared_ptr<EventStream> sender(std::shared_ptr<EventQueue> queue);

  Status add(std::string bytes);
  /// No more; what waits is still sent.
  void close();
  /// The client left, or was cut: what waits is dropped.
  void leave();
  bool open() const { return open_; }

  /// Waits for something to send: "" when there will be nothing any more.
  Task<std::string> take();
  /// What take() gave has been sent.
  void sent() { sending_ = 0; }
  /// Called when a client that does not read is cut.
  std::function<void()> on_cut;

 private:
  void wake();

  bool open_ = true;
  bool left_ = false;
  std::string waiting_;
  size_t sending_ = 0;
  std::shared_ptr<Completion<bool>> taker_;
};

/// One event as bytes of the stream. `invalid` when the id or name holds a line end.
Result<std::string> encode_event(std::string_view id, std::string_view name, std::string_view data);

}  // namespace vigie::net
