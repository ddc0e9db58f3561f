#pragma once

#include <string>

#include "base/json.h"
#include "base/result.h"

namespace vigie::daemon {

/// Writes what the journal of a book holds to `file`: {"file", "events", "owed", "sha256"}. The
/// daemon may run meanwhile. Samples, logs and sessions are no part of it.
Result<json::object> backup_journal(const std::string& book_dir, const std::string& file);
/// Fills the empty data directory of a book from such a file; the same object. `conflict` while a
/// daemon runs on it, or when it has a journal with events.
Result<json::object> restore_journal(const std::string& book_dir, const std::string& file);

}  // namespace vigie::daemon
