#include <algorithm>

#include "net/endpoint.h"
#include "net/net.h"

namespace vigie::net {

namespace {

constexpr size_t kReadBytes = 16 << 10;

class SocketStream final : public Stream {
 public:
  explicit SocketStream(std::unique_ptr<Connection> connection) : link_(std::move(connection)) {}

  Task<Result<std::string>> read_some(size_t max, MonoTime deadline) override {
    if (buffer_.empty()) {
      VIGIE_CO_TRY(const size_t got,
                   co_await link_->read_into(&buffer_, std::max<size_t>(max, 1), deadline));
      static_cast<void>(got);
    }
    co_return take(std::min(max, buffer_.size()));
  }

  Task<Result<std::string>> read_until(std::string delimiter, size_t max,
                                       MonoTime deadline) override {
    size_t searched = 0;
    while (true) {
      const size_t at = buffer_.find(delimiter, searched);
      const size_t end = at == std::string::npos ? buffer_.size() : at + delimiter.size();
      if (end > max) {
        co_return error(Code::exhausted, fmt::format("{} sends more than {} bytes without an end",
                                                     link_->peer(), max));
      }
      if (at != std::string::npos) { co_return take(end); }
      searched = buffer_.size() - std::min(buffer_.size(), delimiter.size() - 1);
      VIGIE_CO_TRY(const size_t got, co_await link_->read_into(&buffer_, kReadBytes, deadline));
      if (got == 0) {
        co_return error(Code::unavailable, link_->peer() + " closed the connection");
      }
    }
  }

  Task<Status> write(std::string bytes, MonoTime deadline) override {
    Status written = co_await link_->write_all(bytes, Nanos::max() / 4, deadline);
    co_return written;
  }

  Task<Status> start_tls(TlsSettings settings, std::string host, MonoTime deadline) override {
    // Bytes sent before the handshake would be taken for protected ones (CVE-2011-0411).
    if (!buffer_.empty()) {
      co_return error(Code::invalid, link_->peer() + " spoke before TLS began");
    }
    VIGIE_CO_TRY(auto context, TlsContext::client(settings));
    link_->use_tls(
        TlsSession::client(std::move(context), link_->descriptor().fd(), settings, host));
    Status shaken = co_await link_->handshake(deadline);
    co_return shaken;
  }

  std::optional<WallTime> certificate_expiry() const override {
    return link_->tls() != nullptr ? link_->tls()->earliest_expiry() : std::nullopt;
  }
  std::string tls_version() const override {
    return link_->tls() != nullptr ? link_->tls()->version() : "";
  }
  std::string peer_address() const override { return link_->peer(); }
  void close() override { link_->close(); }

 private:
  std::string take(size_t count) {
    std::string out = buffer_.substr(0, count);
    buffer_.erase(0, count);
    return out;
  }

  const std::unique_ptr<Connection> link_;
  std::string buffer_;
};

}  // namespace

Task<Result<std::unique_ptr<Stream>>> connect(Loop& loop, std::string address, MonoTime deadline) {
  std::vector<Endpoint> endpoints;
  if (address.starts_with("unix:")) {
    VIGIE_CO_TRY(const Endpoint endpoint, unix_endpoint(address.substr(5)));
    endpoints.push_back(endpoint);
  } else {
    VIGIE_CO_TRY(const HostPort peer, split_address(address));
    VIGIE_CO_TRY(endpoints, co_await resolve_endpoints(loop, peer.host, peer.port, deadline));
  }
  VIGIE_CO_TRY(auto connection, co_await dial(loop, std::move(endpoints), address, deadline));
  std::unique_ptr<Stream> out = std::make_unique<SocketStream>(std::move(connection));
  co_return std::move(out);
}

}  // namespace vigie::net
