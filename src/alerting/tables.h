#pragma once

#include <span>

#include "config/field.h"

/// The tables of the sections that this room reads, for the reference of the book. Each stands
/// beside its reader.
namespace vigie::alerting {

std::span<const config::Field> rule_group_fields();
std::span<const config::Field> rule_fields();
std::span<const config::Field> route_fields();
/// A key for every kind of receiver that Alertmanager knows.
std::span<const config::Field> receiver_fields();
std::span<const config::Field> inhibit_fields();
std::span<const config::Field> time_interval_fields();
/// What `global` says for every rule; the section belongs to several rooms.
std::span<const config::Field> global_rule_fields();

}  // namespace vigie::alerting
