#pragma once

#include <string>
#include <string_view>

#include "base/json.h"
#include "base/result.h"

namespace vigie::daemon {

/// Answers a GET of Vigie's API (/api/vigie/...) from the journal of a daemon that is not running:
/// what was known at its newest event, with "offline": true and "last_known_at". Nothing is
/// promised to happen next. Reads the snapshot and the events after it; changes nothing.
/// `not_found` for what there is not, `unavailable` with the reason for what needs the daemon.
Result<json::value> answer_offline(const std::string& book_dir, std::string_view path);

}  // namespace vigie::daemon
