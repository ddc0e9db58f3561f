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

/// Hands mail to servers, each mail through libcurl on a thread of its own: after DATA libcurl
/// waits for the answer and lets no other transfer of its thread go on.
///
/// Lives on: the loop given. The threads are private, hold what they use and end by themselves; a
/// destructor does not wait for them.
/// Time: each send takes a deadline and ends by it, also where libcurl does not come back.
/// Limits: 32 mails under way, of them 24 to one server and 8 to the same recipients, so that one
/// that hangs keeps nobody else waiting. More wait for their turn, at most until their deadline.
class SmtpClient {
 public:
  explicit SmtpClient(Loop& loop);
  ~SmtpClient();

  /// The server's last answer. Errors: `denied` (login, certificate, no STARTTLS) and `invalid` (a
  /// 5xx answer) never pass by themselves; `unavailable` (4xx, no connection, no time left before
  /// the mail was handed over) and `exhausted` may. `timeout`: the server has the whole mail and
  /// never said what became of it, so it may have arrived.
  Task<Result<std::string>> send(SmtpServer server, Envelope envelope, MonoTime deadline);

 private:
  struct Office;
  std::shared_ptr<Office> office_;
};

}  // namespace vigie::oncall
