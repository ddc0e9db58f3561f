// The catalogue: what did this customer buy? Camunda asks it before anything else.
#include "stage/receiver.h"

namespace vigie::stage {

namespace {

std::unique_ptr<Role> make(Stage& stage) {
  return std::make_unique<Receiver>(stage, "/check");
}

}  // namespace

extern const RoleKind offre_role;
constinit const RoleKind offre_role{
    .name = "offre",
    .summary = "says what a customer has bought",
    .port = 19'119,
    .faults = kReceiverFaults,
    .make = &make,
};

}  // namespace vigie::stage
