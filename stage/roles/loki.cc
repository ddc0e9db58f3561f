// Collects logs for the system team. When it is down, nobody is woken.
#include "stage/receiver.h"

namespace vigie::stage {

namespace {

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Receiver>(stage, "/push");
}

}  // namespace

extern const RoleKind loki_role;
constinit const RoleKind loki_role{
    .name = "loki",
    .summary = "collects logs; nobody minds when it is down",
    .port = 19'123,
    .faults = kReceiverFaults,
    .make = &make,
};

}  // namespace vigie::stage
