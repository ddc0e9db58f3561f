#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "runbook/definition.h"

namespace vigie::runbook {

/// A Markdown file as a runbook; every error goes to `problems` with the file and the line, and
/// what could be read is returned. `path` as the book names it; the runbook's id is its stem.
Runbook parse_runbook(const std::string& path, std::string_view text, config::Problems& problems);

/// What may stand in the front matter, for the reference.
std::span<const config::Field> front_matter_fields();
/// What every fence may say after its kind, whatever the kind.
std::span<const config::Field> step_fields();

/// "runbooks/restart-datajs.md" is "restart-datajs".
std::string id_of_path(std::string_view path);
/// "2 per 6h".
Result<std::pair<int64_t, Millis>> parse_at_most(std::string_view text);

inline constexpr size_t kRunbookBytesMax = 512 << 10;
inline constexpr size_t kStepsMax = 100;
inline constexpr size_t kStepTextMax = 32 << 10;

}  // namespace vigie::runbook
