#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"

namespace vigie::oncall {

/// One mail as it arrived.
struct SunkMail {
  std::string hello, from;
  std::vector<std::string> to;
  std::string bytes;      ///< Headers and body, dots unstuffed.
  std::string logged_in;  ///< As whom, "" without a login.
  bool tls = false;

  /// The first header of that name, unfolded; "" when there is none.
  std::string header(std::string_view name) const;
  std::string body() const;
};

/// A small mail server that keeps what it gets and misbehaves as told. Threads of its own; any
/// thread may ask. For tests and rehearsals.
class SmtpSink {
 public:
  struct Behaviour {
    std::string username, password;  ///< Not empty: AUTH PLAIN and LOGIN are offered and demanded.
    bool starttls = false;           ///< Offered, with certificate_file().
    std::string greeting = "220 sink ready";
    std::string to_recipient = "250 ok";  ///< "550 no such mailbox" refuses, "451 later" defers.
    std::string to_message = "250 2.0.0 queued";
    bool hang = false;             ///< Never greets.
    bool drop_after_data = false;  ///< Takes the mail and closes without an answer.
    std::string hang_for = {};     ///< Takes mail to this address and never answers.
    Millis answers_after{0};       ///< Between the mail and the answer.
  };
  SmtpSink();
  explicit SmtpSink(Behaviour behaviour, uint16_t port = 0);
  ~SmtpSink();

  uint16_t port() const;
  std::string address() const;  ///< "127.0.0.1:PORT".
  /// PEM, for clients to trust; valid for 127.0.0.1 and localhost. Removed with the sink.
  std::string certificate_file() const;
  std::vector<SunkMail> mails() const;
  void behave(Behaviour behaviour);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::oncall
