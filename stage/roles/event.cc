// What customers see of their alarms.
#include "stage/receiver.h"

namespace vigie::stage {

namespace {

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Receiver>(stage, "/alarm");
}

}  // namespace

extern const RoleKind event_role;
constinit const RoleKind event_role{
    .name = "event",
    .summary = "shows alarms to the customers",
    .port = 19'116,
    .faults = kReceiverFaults,
    .make = &make,
};

}  // namespace vigie::stage
