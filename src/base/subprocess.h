#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/loop.h"

/// Other programs: run one to its end, or start one and keep watch over it.
///
/// Lives on: the loop given. Time: monotonic deadlines. Never: a shell unless asked for by name,
/// a descriptor of ours in a child, a wait for a signal handler (exits are seen by pidfd).
/// Limits: output is bounded; its head and tail are kept.
namespace vigie {

/// What to run, and how.
struct Command {
  std::vector<std::string> argv;  ///< The program first; found in PATH when it has no slash.
  std::vector<std::pair<std::string, std::string>> env_added;
  bool clear_env = false;         ///< Only `env_added` (and PATH, so that programs are found).
  std::string dir;                ///< Empty: ours.
  std::string stdin_text;         ///< Empty: /dev/null.
  bool merge_output = true;       ///< Standard error goes where standard output goes, in order.
  size_t output_max = 256 << 10;  ///< Of each stream, in bytes.
  Nanos kill_after = 2s;          ///< From SIGTERM to SIGKILL when it must end.
  /// When set, travels as VIGIE_TREE in the environment, so that kill_tree finds descendants that
  /// left both the session and their parents.
  std::string tree_mark;
};

/// How a program ended.
struct Exit {
  int code = -1;   ///< -1 when a signal ended it.
  int signal = 0;  ///< 0 when it exited by itself.
  std::string out;
  std::string err;         ///< Only without merge_output.
  bool truncated = false;  ///< The middle of out or err is missing; a line says how much.
  bool timed_out = false;  ///< We ended it at its deadline.
  bool good() const { return code == 0 && !timed_out; }
  std::string text() const;  ///< "exit 3", "killed by SIGKILL", "timed out".
};

/// Runs in a session of its own. At the deadline the whole group gets SIGTERM, after `kill_after`
/// every descendant gets SIGKILL, and the Exit says `timed_out` with the output so far.
/// Errors: `not_found` and `denied` (the program cannot be executed), `invalid` (nothing to run),
/// `cancelled` (the group is being ended), `exhausted` (no process or descriptor left).
Task<Result<Exit>> run(Loop& loop, Command command, MonoTime deadline);

/// A process that lives on by itself; the caller owns `pidfd`.
struct Spawned {
  pid_t pid = 0;
  int pidfd = -1;
  uint64_t start_time = 0;  ///< Field 22 of /proc/PID/stat: with the pid it names one process.
};

/// Starts in a session of its own; both outputs go to `stdout_fd` (-1: /dev/null), which stays the
/// caller's. `output_max` and `merge_output` do not apply. Errors as `run`.
Result<Spawned> spawn_detached(const Command& command, int stdout_fd);

/// Waits until the process ends. `timeout`, `cancelled`. The pidfd stays the caller's; a child
/// must then be reaped.
Task<Status> wait_exit(Loop& loop, int pidfd, MonoTime deadline);

/// How a child ended; frees its entry in the process table. `conflict` while it runs;
/// `not_found` when it is not our child (adopted after a restart: its code is lost).
Result<Exit> reap(int pidfd);

/// The same process as before our restart, or `not_found`. The caller owns the descriptor.
Result<int> open_pidfd(pid_t pid, uint64_t start_time);

/// What /proc says of a process.
struct ProcessStat {
  pid_t pid = 0, parent = 0, group = 0, session = 0;
  char state = '?';  ///< 'R', 'S', 'D', 'Z'...
  std::string name;
  uint64_t start_time = 0;  ///< Clock ticks since boot.
  uint64_t user_ticks = 0, system_ticks = 0;
  uint64_t resident_bytes = 0, virtual_bytes = 0;
  uint32_t threads = 0;
};
/// `not_found` when it is gone.
Result<ProcessStat> process_stat(pid_t pid);
/// Reads the line of /proc/PID/stat. `corrupt` when it does not have its fields.
Result<ProcessStat> parse_process_stat(std::string_view line);

/// Every process of the session or group of `pid`, its descendants through any session, and those
/// that carry `tree_mark` (when not empty); `pid` itself first when it is alive.
std::vector<pid_t> process_tree(pid_t pid, std::string_view tree_mark);
/// Signals all of `process_tree`, again until no new one appears. How many were signalled.
size_t kill_tree(pid_t pid, int signal, std::string_view tree_mark = {});

}  // namespace vigie
