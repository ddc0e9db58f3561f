#include "base/descriptor.h"

#include <unistd.h>

#include <boost/asio/error.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

namespace vigie {

namespace {
using boost::asio::posix::stream_descriptor;
using boost::system::error_code;
}  // namespace

struct Descriptor::Impl {
  Impl(Loop& home, int fd) : loop(home), asio(home.context()) {
    error_code failed;
    asio.assign(fd, failed);
    if (!failed) { asio.native_non_blocking(true, failed); }
    if (!asio.is_open()) { ::close(fd); }
  }

  Task<Status> ready(stream_descriptor::wait_type type, MonoTime deadline);

  Loop& loop;
  stream_descriptor asio;
};

namespace {

struct Wait {
  std::shared_ptr<Completion<Status>> done = std::make_shared<Completion<Status>>();
  Loop::TimerId timer = 0;
};

Status woken(const error_code& failed) {
  // Aborted waits of others wake this one too: it tries again and finds out.
  if (!failed || failed == boost::asio::error::operation_aborted) { return ok(); }
  return error(Code::io, "cannot wait for a descriptor: " + failed.message());
}

}  // namespace

Task<Status> Descriptor::Impl::ready(stream_descriptor::wait_type type, MonoTime deadline) {
  if (!asio.is_open()) { co_return error(Code::cancelled, "the descriptor is closed"); }
  Wait wake;
  asio.async_wait(type, [done = wake.done](const error_code& e) { done->complete(woken(e)); });
  if (deadline != MonoTime::max()) {
    wake.timer = loop.call_at(deadline, [done = wake.done] {
      done->complete(error(Code::timeout, "no answer before the deadline"));
    });
  }
  wake.done->on_cancel = [raw = wake.done.get()] {
    raw->complete(error(Code::cancelled, "the wait was cancelled"));
  };
  Status status = co_await wait(wake.done);
  loop.cancel_timer(wake.timer);
  if (!asio.is_open()) { co_return error(Code::cancelled, "the descriptor is closed"); }
  error_code ignored;
  if (!status) { asio.cancel(ignored); }
  co_return status;
}

Descriptor::Descriptor(Loop& loop, int fd) : impl_(std::make_shared<Impl>(loop, fd)) {}
Descriptor::~Descriptor() {
  close();
}

int Descriptor::fd() const {
  return impl_->asio.is_open() ? impl_->asio.native_handle() : -1;
}
Loop& Descriptor::loop() const {
  return impl_->loop;
}

void Descriptor::close() {
  error_code ignored;
  impl_->asio.close(ignored);
}

// The waits run on a reference of their own: a close may come from whoever is woken first.
Task<Status> Descriptor::readable(MonoTime deadline) {
  const std::shared_ptr<Impl> kept = impl_;
  Status status = co_await kept->ready(stream_descriptor::wait_read, deadline);
  co_return status;
}
Task<Status> Descriptor::writable(MonoTime deadline) {
  const std::shared_ptr<Impl> kept = impl_;
  Status status = co_await kept->ready(stream_descriptor::wait_write, deadline);
  co_return status;
}

}  // namespace vigie
