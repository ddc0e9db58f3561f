#pragma once

#include <string>

#include "stage/stage.h"

namespace vigie::stage {

/// A role at the end of a chain: takes messages over HTTP and keeps that it did.
class Receiver final : public Role {
 public:
  /// `path` of POST requests: "/alarm".
  Receiver(Stage& stage, std::string path) : stage_(stage), path_(std::move(path)) {}
  Task<net::HttpReply> handle(net::HttpRequest request) override;

 private:
  Stage& stage_;
  const std::string path_;
};

/// What befalls one.
inline constexpr FaultKind kReceiverFaults[] = {FaultKind::slow, FaultKind::drop};

}  // namespace vigie::stage
