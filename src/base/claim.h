#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>

#include "base/subprocess.h"
#include "base/time.h"

/// Starting a program so that a crash of ours at any instant, also between the fork and our noting
/// it, leaves the truth on disk: whether it was started, still runs, or how it ended.
///
/// Each start has a directory of its own. `intent` (synced: boot and time) is written before the
/// fork. The child is a shell that first claims the directory with mkdir, which only one can, then
/// notes its pid and kernel start time, and only then runs the program. Whoever settles a start
/// that was not claimed claims it himself: a child that comes late finds that and leaves.
///
/// Lives on: any loop; blocks for two small synced writes. Never: runs a program twice from one
/// directory.
namespace vigie {

enum class ClaimEnd : uint8_t {
  keep_status,  ///< The shell stays as the parent and notes the exit status.
  become,       ///< The shell becomes the program: same pid, no status on disk.
};

enum class ClaimState : uint8_t {
  untouched,  ///< Not started, and after this answer it never will be from this directory.
  starting,   ///< Claimed an instant ago: ask again.
  running,
  ended,  ///< `status` holds its exit status, 128 + signal for a signal, as a shell has it.
  lost,   ///< It was started and is gone, and nobody noted how it ended.
};

struct ClaimReading {
  ClaimState state = ClaimState::untouched;
  pid_t pid = 0;
  uint64_t start_time = 0;
  int status = -1;
  WallTime started;  ///< When it was asked for.
};

/// `dir` is absolute and not there yet; `conflict` when it is. Else errors as spawn_detached.
Result<Spawned> spawn_claimed(Command command, const std::string& dir, ClaimEnd end, WallTime now,
                              int stdout_fd);

/// Settles a start. `starting` may be answered for as long as a shell takes to its third line.
/// Errors: `io`.
Result<ClaimReading> read_claim(const std::string& dir);

/// The exit status of a shell that found its start claimed by somebody else.
inline constexpr int kClaimRefused = 125;

}  // namespace vigie
