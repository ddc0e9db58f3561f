#pragma once

#include "config/book.h"
#include "config/problems.h"

namespace vigie::config {

/// Warns of secrets and certificates whose files are not there now. They are read at each use, so
/// a book that comes before its secrets is a good book. Blocks on the disk.
void warn_of_missing_files(const Book& book, Problems& problems);

}  // namespace vigie::config
