#pragma once

#include <span>

#include "config/field.h"

/// The tables of the sections that this room reads, for the reference of the book. Each stands
/// beside its reader.
namespace vigie::topology {

std::span<const config::Field> service_fields();
std::span<const config::Field> chain_fields();

}  // namespace vigie::topology
