#include "net/testing/loopback.h"

#include <fmt/core.h>

namespace vigie::net {

namespace {

Task<bool> ended(Task<void> task) {
  co_await std::move(task);
  co_return true;
}

Task<std::string> send_and_read(Loop& loop, uint16_t port, std::string bytes, MonoTime deadline) {
  auto stream = co_await connect(loop, fmt::format("127.0.0.1:{}", port), deadline);
  ASSERT(stream, "{}", stream.error().what);
  Status written = co_await (*stream)->write(std::move(bytes), deadline);
  static_cast<void>(written);
  std::string out;
  while (true) {
    Result<std::string> piece = co_await (*stream)->read_some(64 << 10, deadline);
    if (!piece || piece->empty()) { co_return out; }
    out += *piece;
  }
}

}  // namespace

void Loopback::run(Task<void> task) {
  static_cast<void>(run(ended(std::move(task))));
}

std::string Loopback::talk(uint16_t port, std::string bytes) {
  return run(send_and_read(loop, port, std::move(bytes), in(10s)));
}

Result<HttpReply> Loopback::exchange(HttpClient& client, HttpRequest request, HttpOptions options) {
  return run(client.exchange(std::move(request), std::move(options), in(20s)));
}

HttpReply Loopback::must_get(HttpClient& client, std::string url, HttpOptions options) {
  Result<HttpReply> reply = exchange(client, {.url = std::move(url)}, std::move(options));
  ASSERT(reply, "{}", reply.error().what);
  return *std::move(reply);
}

}  // namespace vigie::net
