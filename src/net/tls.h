#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "net/net.h"

namespace vigie::net {

/// What one try on a non-blocking socket gave.
struct IoStep {
  enum class Kind : uint8_t { done, want_read, want_write, end, failed };
  Kind kind = Kind::failed;
  size_t bytes = 0;
};

/// Keys and trust, read once and shared by connections; any thread.
class TlsContext {
 public:
  /// Cached: the same settings over unchanged files give the same context.
  /// Errors: `invalid` with the file that cannot be used.
  static Result<std::shared_ptr<const TlsContext>> client(const TlsSettings& settings);
  /// With `ca_file`, clients must present a certificate it signed.
  static Result<std::shared_ptr<const TlsContext>> server(const TlsSettings& settings);

  struct Impl;
  explicit TlsContext(std::unique_ptr<Impl> impl);
  ~TlsContext();
  const Impl& impl() const { return *impl_; }

 private:
  std::unique_ptr<Impl> impl_;
};

/// The TLS side of one connected socket; never blocks, never signals, does not own the socket.
class TlsSession {
 public:
  /// `host` is verified and announced (SNI) unless settings name another.
  static std::unique_ptr<TlsSession> client(std::shared_ptr<const TlsContext> context, int fd,
                                            const TlsSettings& settings, const std::string& host);
  static std::unique_ptr<TlsSession> server(std::shared_ptr<const TlsContext> context, int fd);
  ~TlsSession();

  IoStep handshake();
  IoStep read(char* bytes, size_t max);
  IoStep write(const char* bytes, size_t count);
  bool has_pending() const;
  void say_goodbye();

  /// After `failed`: `denied` for the certificate, else `unavailable`.
  Error failure() const;
  std::optional<WallTime> earliest_expiry() const;
  std::string version() const;

  struct Impl;
  explicit TlsSession(std::unique_ptr<Impl> impl);

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::net
