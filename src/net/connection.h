#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/descriptor.h"
#include "net/tls.h"

namespace vigie::net {

/// One connected stream socket, plain or TLS. Holds no buffer of its own while it idles.
/// Lives on: the loop given. Destroying it closes the socket; nothing may wait on it then.
class Connection {
 public:
  Connection(Loop& loop, int fd, std::string peer);
  ~Connection();

  /// Appends up to 64 KiB to `out`, which outlives the wait; 0 at the end of the stream.
  /// `timeout`, `cancelled`, `unavailable` (reset).
  Task<Result<size_t>> read_into(std::string* out, size_t max, MonoTime deadline);
  /// All of `bytes`, which outlive the wait. Without progress for `stall_max` it fails with
  /// `timeout`, as at the deadline. Progress means 64 KiB: a peer that drips is cut as well.
  Task<Status> write_all(std::string_view bytes, Nanos stall_max, MonoTime deadline);
  /// Until bytes (or the end) can be read.
  Task<Status> readable(MonoTime deadline);

  Task<Status> handshake(MonoTime deadline);
  void use_tls(std::unique_ptr<TlsSession> session) { tls_ = std::move(session); }
  TlsSession* tls() const { return tls_.get(); }

  /// One try without waiting; at most 64 KiB.
  IoStep try_read(std::string* out, size_t max);
  IoStep try_write(std::string_view bytes);
  /// For a connection that nobody should be writing to: whether it was closed or spoke unasked.
  bool has_news() const;
  /// No more from us; the peer may finish reading.
  void finish_writing();
  void close();

  Descriptor& descriptor() { return descriptor_; }
  const std::string& peer() const { return peer_; }

 private:
  Task<Status> wait_for(IoStep::Kind want, MonoTime deadline);
  Error failure(std::string_view doing) const;

  Descriptor descriptor_;
  const std::string peer_;
  std::unique_ptr<TlsSession> tls_;
  int last_errno_ = 0;
};

}  // namespace vigie::net
