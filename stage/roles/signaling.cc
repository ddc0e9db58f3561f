// Calls between cameras and telephones. Known for eating memory; nothing else needs it.
#include "stage/receiver.h"

namespace vigie::stage {

namespace {

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Receiver>(stage, "/signal");
}

}  // namespace

extern const RoleKind signaling_role;
constinit const RoleKind signaling_role{
    .name = "signaling",
    .summary = "a service that tends to leak",
    .port = 19'124,
    .faults = kReceiverFaults,
    .make = &make,
};

}  // namespace vigie::stage
