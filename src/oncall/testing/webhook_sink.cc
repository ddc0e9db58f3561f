#include "oncall/testing/webhook_sink.h"

#include <sys/socket.h>

#include <cctype>
#include <cstdlib>
#include <mutex>

#include "oncall/testing/listener.h"

namespace vigie::oncall {

namespace {

constexpr size_t kRequestMax = 16 << 20;

/// Reads until `enough` bytes are there; false when the peer left.
bool read_to(int fd, std::string& buffer, size_t enough) {
  while (buffer.size() < enough) {
    char block[8192];
    const ssize_t got = ::recv(fd, block, sizeof block, 0);
    if (got <= 0 || buffer.size() > kRequestMax) { return false; }
    buffer.append(block, static_cast<size_t>(got));
  }
  return true;
}

SunkPost parse_head(std::string_view head) {
  SunkPost post;
  size_t end = head.find("\r\n");
  const std::string_view first = head.substr(0, end);
  const size_t blank = first.find(' ');
  post.method = first.substr(0, blank);
  post.target = first.substr(blank + 1, first.rfind(' ') - blank - 1);
  while (end != std::string_view::npos) {
    head.remove_prefix(end + 2);
    end = head.find("\r\n");
    const std::string_view line = head.substr(0, end);
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) { continue; }
    std::string name;
    for (const char c : line.substr(0, colon)) {
      name += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    }
    const size_t value = line.find_first_not_of(' ', colon + 1);
    post.headers[name] = value == std::string_view::npos ? "" : line.substr(value);
  }
  return post;
}

}  // namespace

struct WebhookSink::Impl {
  mutable std::mutex mutex;
  Behaviour behaviour;
  std::vector<SunkPost> posts;
  std::unique_ptr<Listener> listener;

  void serve(int fd) {
    std::string buffer;
    size_t head = std::string::npos;
    while (head == std::string::npos) {
      if (!read_to(fd, buffer, buffer.size() + 1)) { return; }
      head = buffer.find("\r\n\r\n");
    }
    SunkPost post = parse_head(std::string_view(buffer).substr(0, head));
    const auto length = std::strtoul(post.headers["content-length"].c_str(), nullptr, 10);
    if (!read_to(fd, buffer, head + 4 + length)) { return; }
    post.body = buffer.substr(head + 4, length);
    Behaviour b;
    {
      const std::lock_guard lock(mutex);
      posts.push_back(std::move(post));
      b = behaviour;
    }
    if (b.hang) {
      read_to(fd, buffer, kRequestMax);
      return;
    }
    if (b.drop) { return; }
    const std::string reply =
        "HTTP/1.1 " + std::to_string(b.status) +
        " as told\r\nConnection: close\r\nContent-Length: " + std::to_string(b.answer.size()) +
        "\r\n\r\n" + b.answer;
    ::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL);
  }
};

WebhookSink::WebhookSink() : WebhookSink(Behaviour{}) {}

WebhookSink::WebhookSink(Behaviour behaviour, uint16_t port) : impl_(std::make_unique<Impl>()) {
  impl_->behaviour = std::move(behaviour);
  impl_->listener =
      std::make_unique<Listener>(port, [impl = impl_.get()](int talk) { impl->serve(talk); });
}

WebhookSink::~WebhookSink() {
  impl_->listener->stop();
}

uint16_t WebhookSink::port() const {
  return impl_->listener->port();
}

std::string WebhookSink::url(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port()) + std::string(path);
}

std::vector<SunkPost> WebhookSink::posts() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->posts;
}

void WebhookSink::behave(Behaviour behaviour) {
  const std::lock_guard lock(impl_->mutex);
  impl_->behaviour = std::move(behaviour);
}

}  // namespace vigie::oncall
