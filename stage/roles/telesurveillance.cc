// The guards' desks: somebody looks, and calls the police.
#include "stage/receiver.h"

namespace vigie::stage {

namespace {

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Receiver>(stage, "/alarm");
}

}  // namespace

extern const RoleKind telesurveillance_role;
constinit const RoleKind telesurveillance_role{
    .name = "telesurveillance",
    .summary = "shows alarms to the guards",
    .port = 19'117,
    .faults = kReceiverFaults,
    .make = &make,
};

}  // namespace vigie::stage
