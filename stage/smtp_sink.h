#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/descriptor.h"
#include "base/task.h"
#include "stage/fwd.h"

namespace vigie::stage {

/// A mail as it was handed over.
struct Envelope {
  std::string from;
  std::vector<std::string> to;
  std::string raw;  ///< Headers and body; dots undone.
};

/// An SMTP server (RFC 5321) that accepts everything and relays nothing; AUTH PLAIN and LOGIN
/// with any password. Lives on: the loop. Limits: 50 sessions, 1 MiB a mail, 30 s between lines.
/// The stage's faults reach it: hung it says nothing, refusing it answers 451.
class SmtpSink {
 public:
  SmtpSink(Stage& stage, std::function<void(Envelope)> keep);
  ~SmtpSink();
  /// On 127.0.0.1; the port listened on. Errors: `io`, `conflict`.
  Result<uint16_t> listen(uint16_t port);

 private:
  class Session;
  Task<void> accept();

  Stage& stage_;
  const std::function<void(Envelope)> keep_;
  std::unique_ptr<Descriptor> listener_;
  int sessions_ = 0;
};

}  // namespace vigie::stage
