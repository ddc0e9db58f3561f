#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/json.h"
#include "net/net.h"
#include "stage/faults.h"
#include "stage/fwd.h"
#include "stage/options.h"

namespace vigie::stage {

/// One part of the alarm platform, played by one process. Lives on: the stage's only loop.
class Role {
 public:
  virtual ~Role() = default;
  /// Opens what it needs and spawns its work into the stage's tasks.
  virtual Status open() { return ok(); }
  /// A request that is not for the stage itself (/fault, /metrics, /health, /seen).
  virtual Task<net::HttpReply> handle(net::HttpRequest request);
  /// More to say at /health; a key "status" other than UP makes it 503.
  virtual json::object health() { return {}; }
  /// Just before /metrics is written.
  virtual void measure() {}
  /// A fault was set or cleared.
  virtual void faults_changed() {}
  /// Puts a message into `topic` that its consumer cannot digest.
  virtual Status poison(std::string_view topic);
  /// The stage stops: hand out what can be handed out at once.
  virtual void close() {}
};

/// A role: one file under roles/ defines one of these.
struct RoleKind {
  std::string_view name;
  std::string_view summary;
  uint16_t port = 0;  ///< Unless --port says otherwise.
  std::span<const Option> options;
  std::span<const std::string_view> peers;  ///< Roles it talks to.
  std::span<const FaultKind> faults;        ///< What can befall it beside kCommonFaults.
  std::unique_ptr<Role> (*make)(Stage& stage) = nullptr;
};

/// Every role, sorted by file name; generated from the files under roles/.
std::span<const RoleKind* const> role_kinds();
/// nullptr when there is none.
const RoleKind* find_role(std::string_view name);

}  // namespace vigie::stage
