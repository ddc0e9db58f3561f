#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/loop.h"
#include "base/result.h"
#include "base/task.h"
#include "net/net.h"

namespace vigie::oncall {

struct SmtpServer {
  enum class Security : uint8_t {
    none,      ///< In clear.
    starttls,  ///< Refuses to go on without it.
    tls,       ///< TLS from the first byte (port 465).
  };
  std::string host;
  uint16_t port = 25;
  std::string hello;  ///< What EHLO says.
  std::string username, password, identity;
  Security security = Security::starttls;
  net::TlsSettings tls;
};

struct Envelope {
  std::string from;  ///< Bare addresses.
  std::vector<std::string> to;
  std::string bytes;
};

/// Hands mail to a server, through libcurl on a thread of its own.
///
/// Lives on: the loop given; the thread is private. Time: each send takes a deadline.
/// Limits: 1000 mails waiting, 16 connections at once.
class SmtpClient {
 public:
  explicit SmtpClient(Loop& loop);
  ~SmtpClient();

  /// The server's last answer. Errors: `denied` (login, certificate, no STARTTLS) and `invalid` (a
  /// 5xx answer) never pass by themselves; `unavailable` (4xx, no connection), `timeout` and
  /// `exhausted` may.
  Task<Result<std::string>> send(SmtpServer server, Envelope envelope, MonoTime deadline);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::oncall
