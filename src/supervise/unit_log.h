#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"

namespace vigie::supervise {

inline constexpr uint64_t kLogBytesMax = 10 << 20;
inline constexpr int kOldLogsKept = 3;

/// DATA/logs/UNIT.log
std::string log_path(const std::string& data_dir, const std::string& unit);

/// For a unit's outputs, to append; the caller closes it. Rotates the log first when it is due.
Result<int> open_log(const std::string& data_dir, const std::string& unit);

/// Copies the newest `bytes_max` of a log that grew past that to UNIT.log.1 and empties it (the
/// program keeps its descriptor, and appends at the start again); older ones move on to .2 and .3.
/// Lines written during the copy's last instant may be lost. True when it did.
Result<bool> rotate_log(const std::string& data_dir, const std::string& unit,
                        uint64_t bytes_max = kLogBytesMax);

/// The last `lines` lines, oldest first, of the log and what was rotated away; at most 1 MiB.
/// `not_found` when there is no log.
Result<std::vector<std::string>> read_log(const std::string& data_dir, const std::string& unit,
                                          size_t lines);

}  // namespace vigie::supervise
