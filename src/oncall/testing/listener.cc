#include "oncall/testing/listener.h"

#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/assert.h"

namespace vigie::oncall {

Listener::Listener(uint16_t port, std::function<void(int fd)> serve) : serve_(std::move(serve)) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT(fd_ >= 0, "no socket");
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  ASSERT(::bind(fd_, reinterpret_cast<sockaddr*>(&address), size) == 0, "port {} is taken", port);
  ASSERT(::listen(fd_, 64) == 0, "cannot listen");
  ::getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { accept_all(); });
}

Listener::~Listener() {
  stop();
}

void Listener::stop() {
  if (stopping_.exchange(true)) { return; }
  ::shutdown(fd_, SHUT_RDWR);
  thread_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : open_) { ::shutdown(fd, SHUT_RDWR); }
  }
  for (std::thread& talk : talks_) { talk.join(); }
  ::close(fd_);
}

void Listener::accept_all() {
  while (!stopping_) {
    const int fd = ::accept4(fd_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) {
      if (stopping_) { return; }
      continue;
    }
    {
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
    }
    talks_.emplace_back([this, fd] {
      serve_(fd);
      const std::lock_guard lock(mutex_);
      std::erase(open_, fd);
      ::close(fd);
    });
  }
}

}  // namespace vigie::oncall
