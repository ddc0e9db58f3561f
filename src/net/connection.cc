#include "net/connection.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace vigie::net {

namespace {

constexpr size_t kPieceBytes = 64 << 10;

using Kind = IoStep::Kind;

IoStep step_of(ssize_t code, Kind when_blocked) {
  if (code > 0) { return {.kind = Kind::done, .bytes = static_cast<size_t>(code)}; }
  if (code == 0) { return {.kind = Kind::end}; }
  const bool again = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
  return {.kind = again ? when_blocked : Kind::failed};
}

}  // namespace

Connection::Connection(Loop& loop, int fd, std::string peer)
    : descriptor_(loop, fd), peer_(std::move(peer)) {}

Connection::~Connection() {
  close();
}

IoStep Connection::try_read(std::string* out, size_t max) {
  if (!descriptor_.open()) { return {.kind = Kind::failed}; }
  // Shared by all connections of a thread, so that an idle one costs nothing.
  thread_local char piece[kPieceBytes];
  const size_t want = std::min(max, sizeof piece);
  const IoStep step = tls_ ? tls_->read(piece, want)
                           : step_of(::recv(descriptor_.fd(), piece, want, 0), Kind::want_read);
  if (step.kind == Kind::done) { out->append(piece, step.bytes); }
  if (step.kind == Kind::failed) { last_errno_ = errno; }
  return step;
}

IoStep Connection::try_write(std::string_view bytes) {
  if (!descriptor_.open()) { return {.kind = Kind::failed}; }
  bytes = bytes.substr(0, kPieceBytes);
  const IoStep step =
      tls_ ? tls_->write(bytes.data(), bytes.size())
           : step_of(::send(descriptor_.fd(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                     Kind::want_write);
  if (step.kind == Kind::failed) { last_errno_ = errno; }
  return step;
}

Error Connection::failure(std::string_view doing) const {
  if (!descriptor_.open()) { return error(Code::cancelled, "the connection is closed"); }
  if (tls_) { return tls_->failure().context(doing); }
  return error(Code::unavailable, fmt::format("{}: {}", doing, std::strerror(last_errno_)));
}

Task<Status> Connection::wait_for(Kind want, MonoTime deadline) {
  if (want == Kind::want_write) {
    Status writable = co_await descriptor_.writable(deadline);
    co_return writable;
  }
  Status readable_now = co_await descriptor_.readable(deadline);
  co_return readable_now;
}

Task<Status> Connection::readable(MonoTime deadline) {
  if (tls_ && tls_->has_pending()) { co_return ok(); }
  Status ready = co_await descriptor_.readable(deadline);
  co_return ready;
}

Task<Result<size_t>> Connection::read_into(std::string* out, size_t max, MonoTime deadline) {
  while (true) {
    const IoStep step = try_read(out, max);
    if (step.kind == Kind::done) { co_return step.bytes; }
    if (step.kind == Kind::end) { co_return size_t{0}; }
    if (step.kind == Kind::failed) { co_return failure("reading from " + peer_); }
    Status ready = co_await wait_for(step.kind, deadline);
    VIGIE_CO_CHECK(std::move(ready).context("reading from " + peer_));
  }
}

Task<Status> Connection::write_all(std::string_view bytes, Nanos stall_max, MonoTime deadline) {
  const Clock& clock = descriptor_.loop().clock();
  MonoTime stalled = std::min(deadline, clock.mono() + stall_max);
  size_t since_progress = 0;
  while (!bytes.empty()) {
    const IoStep step = try_write(bytes);
    if (step.kind == Kind::done) {
      bytes.remove_prefix(step.bytes);
      since_progress += step.bytes;
      if (since_progress >= kPieceBytes) {
        since_progress = 0;
        stalled = std::min(deadline, clock.mono() + stall_max);
      }
      continue;
    }
    if (step.kind == Kind::failed || step.kind == Kind::end) {
      co_return failure("writing to " + peer_);
    }
    Status ready = co_await wait_for(step.kind, stalled);
    VIGIE_CO_CHECK(std::move(ready).context("writing to " + peer_));
  }
  co_return ok();
}

Task<Status> Connection::handshake(MonoTime deadline) {
  while (true) {
    const IoStep step = tls_->handshake();
    if (step.kind == Kind::done) { co_return ok(); }
    if (step.kind == Kind::failed || step.kind == Kind::end) {
      co_return tls_->failure().context(peer_);
    }
    Status ready = co_await wait_for(step.kind, deadline);
    VIGIE_CO_CHECK(std::move(ready).context("TLS with " + peer_));
  }
}

bool Connection::has_news() const {
  if (!descriptor_.open()) { return true; }
  char byte = 0;
  const ssize_t got = ::recv(descriptor_.fd(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

void Connection::finish_writing() {
  if (!descriptor_.open()) { return; }
  if (tls_) { tls_->say_goodbye(); }
  ::shutdown(descriptor_.fd(), SHUT_WR);
}

void Connection::close() {
  if (descriptor_.open() && tls_) { tls_->say_goodbye(); }
  descriptor_.close();
}

}  // namespace vigie::net
