#pragma once

#include <span>

#include "config/field.h"

/// The tables of the sections that this room reads, for the reference of the book. Each stands
/// beside its reader.
namespace vigie::collect {

/// Entries of `probes` and of a service's `health`, with a key for every kind.
std::span<const config::Field> probe_entry_fields();
std::span<const config::Field> health_entry_fields();
/// `chains.NAME.robot` and the entries of its `expect`.
std::span<const config::Field> robot_fields();
std::span<const config::Field> expect_fields();
std::span<const config::Field> fleet_fields();
/// What every collector may say beside the keys of its kind.
std::span<const config::Field> collector_fields();
std::span<const config::Field> relabel_fields();
/// Entries of `static_configs` and of target files.
std::span<const config::Field> target_group_fields();
std::span<const config::Field> file_discovery_fields();
/// What `global` says for every scrape; the section belongs to several rooms.
std::span<const config::Field> global_scrape_fields();

}  // namespace vigie::collect
