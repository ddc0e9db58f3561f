#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/problems.h"

namespace vigie::config {

/// The content of a regular file. Errors: `not_found`, `denied`, `io`; `exhausted` beyond
/// `bytes_max`; `invalid` for what is no regular file (a pipe would block the reload for ever).
/// The text starts with a small letter and does not name the file.
Result<std::string> read_source(const std::string& path, size_t bytes_max);

/// UTF-8 without control characters other than tab and line ends; the first offence is an error.
bool check_characters(std::string_view content, const std::string& file, Problems& problems);

/// `pattern` has a letter that makes it a pattern: * ? [
bool is_pattern(std::string_view pattern);
/// Regular files that match, sorted bytewise; a pattern without such letters is the file itself,
/// whether it exists or not. A relative pattern starts at `dir`.
std::vector<std::string> matching_files(const std::string& dir, const std::string& pattern);

}  // namespace vigie::config
