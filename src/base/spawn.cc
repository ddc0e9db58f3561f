// Starting programs. posix_spawn shares our memory until exec (as vfork does) and runs none of our
// code in the child, so it is safe with threads, and it reports a failed exec.
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "base/descriptor.h"
#include "base/spawn.h"
#include "base/subprocess.h"

namespace vigie {

namespace {

std::vector<std::string> environment_of(const Command& command) {
  std::vector<std::string> out;
  const auto is_replaced = [&](std::string_view entry) {
    for (const auto& [name, value] : command.env_added) {
      if (entry.starts_with(name) && entry.substr(name.size()).starts_with('=')) { return true; }
    }
    return entry.starts_with("VIGIE_TREE=") && !command.tree_mark.empty();
  };
  for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    if (command.clear_env && !text.starts_with("PATH=")) { continue; }
    if (!is_replaced(text)) { out.emplace_back(text); }
  }
  for (const auto& [name, value] : command.env_added) { out.push_back(name + "=" + value); }
  if (!command.tree_mark.empty()) { out.push_back("VIGIE_TREE=" + command.tree_mark); }
  return out;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (std::string& text : texts) { out.push_back(text.data()); }
  out.push_back(nullptr);
  return out;
}

/// Standard input as a file without a name: nobody has to feed it while the program runs.
Result<int> open_stdin(const std::string& text) {
  if (text.empty()) { return ::open("/dev/null", O_RDONLY | O_CLOEXEC); }
  const int fd = memfd_create("stdin", MFD_CLOEXEC);
  size_t done = 0;
  while (fd >= 0 && done < text.size()) {
    const ssize_t wrote = ::write(fd, text.data() + done, text.size() - done);
    if (wrote <= 0) {
      ::close(fd);
      return error(Code::exhausted, "cannot hold the standard input of a program");
    }
    done += static_cast<size_t>(wrote);
  }
  if (fd >= 0) { ::lseek(fd, 0, SEEK_SET); }
  return fd;
}

Error spawn_failed(const Command& command, int number) {
  Code code = Code::exhausted;
  if (number == ENOENT || number == ENOTDIR) { code = Code::not_found; }
  if (number == EACCES || number == EPERM || number == ENOEXEC) { code = Code::denied; }
  if (number == E2BIG || number == EINVAL || number == ENAMETOOLONG) { code = Code::invalid; }
  // A missing directory fails as a missing program would: say which.
  const std::string where = command.dir.empty() ? "" : fmt::format(" in {}", command.dir);
  return error(
      code, fmt::format("cannot run {}{}: {}", command.argv.front(), where, std::strerror(number)));
}

/// The two posix_spawn objects, freed at the end of the scope.
struct SpawnPlan {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  SpawnPlan() {
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
  }
  ~SpawnPlan() {
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
  }
  SpawnPlan(const SpawnPlan&) = delete;
  SpawnPlan& operator=(const SpawnPlan&) = delete;
};

void plan_spawn(SpawnPlan& plan, const Command& command, int in, const ChildOutput& output) {
  if (!command.dir.empty()) {
    posix_spawn_file_actions_addchdir_np(&plan.actions, command.dir.c_str());
  }
  posix_spawn_file_actions_adddup2(&plan.actions, in, 0);
  posix_spawn_file_actions_adddup2(&plan.actions, output.out, 1);
  posix_spawn_file_actions_adddup2(&plan.actions, output.err, 2);
  posix_spawn_file_actions_addclosefrom_np(&plan.actions, 3);
  sigset_t none;
  sigset_t all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&plan.attributes, &none);
  posix_spawnattr_setsigdefault(&plan.attributes, &all);
  posix_spawnattr_setflags(&plan.attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/// dup2 onto itself would keep CLOEXEC, and a target may be somebody's source: move away from 0-2.
int above_standard(int fd) {
  if (fd < 0 || fd > 2) { return fd; }
  const int moved = ::fcntl(fd, F_DUPFD_CLOEXEC, 3);
  ::close(fd);
  return moved;
}

}  // namespace

Result<Spawned> spawn(const Command& command, ChildOutput output) {
  if (command.argv.empty() || command.argv.front().empty()) {
    return error(Code::invalid, "there is no program to run");
  }
  VIGIE_TRY(int in, open_stdin(command.stdin_text));
  in = above_standard(in);
  if (in < 0) { return spawn_failed(command, errno); }
  std::vector<std::string> argv = command.argv;
  std::vector<std::string> environment = environment_of(command);
  SpawnPlan plan;
  plan_spawn(plan, command, in, output);
  Spawned out;
  const int failed = posix_spawnp(&out.pid, argv.front().c_str(), &plan.actions, &plan.attributes,
                                  pointers(argv).data(), pointers(environment).data());
  ::close(in);
  if (failed != 0) { return spawn_failed(command, failed); }
  // The child is not reaped yet, so its number cannot be another's.
  out.pidfd = static_cast<int>(syscall(SYS_pidfd_open, out.pid, 0));
  if (out.pidfd < 0) {
    const int number = errno;
    ::kill(out.pid, SIGKILL);
    ::waitpid(out.pid, nullptr, 0);
    return spawn_failed(command, number);
  }
  const Result<ProcessStat> stat = process_stat(out.pid);
  if (stat) { out.start_time = stat->start_time; }
  return out;
}

Result<Spawned> spawn_detached(const Command& command, int stdout_fd) {
  const int target = stdout_fd >= 0 ? ::fcntl(stdout_fd, F_DUPFD_CLOEXEC, 3)
                                    : above_standard(::open("/dev/null", O_WRONLY | O_CLOEXEC));
  if (target < 0) { return error(Code::exhausted, "no descriptor for a program's output"); }
  Result<Spawned> out = spawn(command, {.out = target, .err = target});
  ::close(target);
  return out;
}

Task<Status> wait_exit(Loop& loop, int pidfd, MonoTime deadline) {
  const int own = ::fcntl(pidfd, F_DUPFD_CLOEXEC, 3);
  if (own < 0) { co_return error(Code::invalid, "this is no process to wait for"); }
  Descriptor watched(loop, own);
  while (true) {
    pollfd look{.fd = own, .events = POLLIN, .revents = 0};
    if (::poll(&look, 1, 0) > 0) { co_return ok(); }
    Status ready = co_await watched.readable(deadline);
    VIGIE_CO_CHECK(std::move(ready));
  }
}

Result<Exit> reap(int pidfd) {
  siginfo_t info{};
  if (::waitid(P_PIDFD, static_cast<id_t>(pidfd), &info, WEXITED | WNOHANG) != 0) {
    return error(Code::not_found, "how the process ended is not known: it was not our child");
  }
  if (info.si_pid == 0) { return error(Code::conflict, "the process still runs"); }
  Exit out;
  if (info.si_code == CLD_EXITED) {
    out.code = info.si_status;
  } else {
    out.signal = info.si_status;
  }
  return out;
}

}  // namespace vigie
