#include "base/claim.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>

#include "base/disk.h"

namespace vigie {

namespace {

constexpr size_t kNoteMax = 4096;

constexpr std::string_view kNotePid =
    "mkdir \"$1/claim\" 2>/dev/null || exit 125\n"
    "read -r stat <\"/proc/$$/stat\" && printf '%s\\n' \"$stat\" >\"$1/pid.tmp\" &&\n"
    "mv \"$1/pid.tmp\" \"$1/pid\" || exit 125\n";
constexpr std::string_view kBecome = "shift\nexec \"$@\"\n";
constexpr std::string_view kKeepStatus =
    "claim_dir=$1\nshift\n\"$@\"\nclaim_status=$?\n"
    "printf '%s\\n' \"$claim_status\" >\"$claim_dir/status.tmp\"\n"
    "mv \"$claim_dir/status.tmp\" \"$claim_dir/status\"\nexit \"$claim_status\"\n";

bool there(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

std::string boot_id() {
  Result<std::string> text = real_disk().read_file("/proc/sys/kernel/random/boot_id", kNoteMax);
  std::string out = text ? *std::move(text) : "";
  while (!out.empty() && out.back() == '\n') { out.pop_back(); }
  return out;
}

struct Intent {
  std::string boot;
  WallTime at;
};

/// nullopt when it is not there or was cut: then nothing was forked.
std::optional<Intent> read_intent(const std::string& dir) {
  const Result<std::string> text = real_disk().read_file(dir + "/intent", kNoteMax);
  if (!text) { return std::nullopt; }
  const size_t space = text->find(' ');
  if (space == std::string::npos || text->back() != '\n') { return std::nullopt; }
  int64_t millis = 0;
  std::from_chars(text->data() + space + 1, text->data() + text->size(), millis);
  return Intent{text->substr(0, space), wall_from_millis(millis)};
}

std::optional<int> read_status(const std::string& dir) {
  const Result<std::string> text = real_disk().read_file(dir + "/status", kNoteMax);
  int status = 0;
  if (!text || text->empty() || text->back() != '\n') { return std::nullopt; }
  const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), status);
  if (failed != std::errc{}) { return std::nullopt; }
  return status;
}

}  // namespace

Result<Spawned> spawn_claimed(Command command, const std::string& dir, ClaimEnd end, WallTime now,
                              int stdout_fd) {
  if (command.argv.empty() || command.argv.front().empty()) {
    return error(Code::invalid, "there is no program to run");
  }
  if (!dir.starts_with('/')) { return error(Code::invalid, dir + " is not an absolute path"); }
  if (there(dir + "/intent")) {
    return error(Code::conflict, dir + " was used for a start before");
  }
  VIGIE_CHECK(real_disk().make_dirs(dir));
  VIGIE_CHECK(real_disk().write_file_atomic(
      dir + "/intent", fmt::format("{} {}\n", boot_id(), to_millis(now)), 0640));
  std::string script{kNotePid};
  script += end == ClaimEnd::become ? kBecome : kKeepStatus;
  std::vector<std::string> argv = {"/bin/sh", "-c", std::move(script), "sh", dir};
  argv.insert(argv.end(), command.argv.begin(), command.argv.end());
  command.argv = std::move(argv);
  return spawn_detached(command, stdout_fd);
}

Result<ClaimReading> read_claim(const std::string& dir) {
  ClaimReading out;
  const std::optional<Intent> intent = read_intent(dir);
  if (!intent) { return out; }
  out.started = intent->at;
  const bool same_boot = intent->boot == boot_id();
  const Result<std::string> noted = real_disk().read_file(dir + "/pid", kNoteMax);
  const Result<ProcessStat> process =
      noted ? parse_process_stat(*noted) : Result<ProcessStat>(error(Code::not_found, "no pid"));
  if (process) {
    out.pid = process->pid;
    out.start_time = process->start_time;
    const Result<ProcessStat> live = process_stat(out.pid);
    const bool alive = same_boot && live && live->start_time == out.start_time;
    if (alive && live->state != 'Z') {
      out.state = ClaimState::running;
      return out;
    }
  }
  // After the look at the process: one that ended in between has left its status.
  if (const std::optional<int> status = read_status(dir)) {
    out.state = ClaimState::ended;
    out.status = *status;
    return out;
  }
  out.state = ClaimState::lost;
  // After the machine went down an unsynced claim may be missing though the program ran.
  if (process || !same_boot) { return out; }
  if (::mkdir((dir + "/claim").c_str(), 0750) == 0) {
    out.state = ClaimState::untouched;
  } else if (errno == EEXIST) {
    out.state = ClaimState::starting;
  } else {
    return error(Code::io, fmt::format("cannot settle {}: {}", dir, std::strerror(errno)));
  }
  return out;
}

}  // namespace vigie
