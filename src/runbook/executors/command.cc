// A shell command. It survives our death: its pid, output and exit status are in a directory of the
// attempt, and base/claim.h says how a start is settled.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>

#include "base/claim.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/utf8.h"
#include "runbook/executor_kind.h"
#include "runbook/executors.h"

namespace vigie::runbook {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "dir",
     .type = FieldType::text,
     .help = "where it runs; relative to the book",
     .fallback = ".",
     .example = "/srv/app"},
};

/// While it runs: look at the stop sign and the output this often.
constexpr Nanos kGlance = 200ms;
constexpr Nanos kKillAfter = 2s;
constexpr Nanos kStartMax = 2s;
constexpr off_t kOutputFileMax = 1 << 20;
constexpr size_t kKeptPart = 24 << 10;

/// An open descriptor, closed at the end of the scope.
class Held {
 public:
  explicit Held(int fd) : fd_(fd) {}
  ~Held() {
    if (fd_ >= 0) { ::close(fd_); }
  }
  Held(const Held&) = delete;
  Held& operator=(const Held&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

std::string read_part(const std::string& path, bool tail, size_t bytes_max) {
  const Held file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (file.fd() < 0 || ::fstat(file.fd(), &info) != 0) { return ""; }
  const auto size = static_cast<size_t>(info.st_size);
  const size_t wanted = std::min(size, bytes_max);
  std::string out(wanted, '\0');
  const off_t from = tail ? static_cast<off_t>(size - wanted) : 0;
  const ssize_t got = ::pread(file.fd(), out.data(), wanted, from);
  out.resize(got > 0 ? static_cast<size_t>(got) : 0);
  return out;
}

void write_whole(const std::string& path, const std::string& text) {
  const Held file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (file.fd() < 0 || ::write(file.fd(), text.data(), text.size()) < 0) {
    log::warn("runbook", "cannot write {}", path);
  }
}

/// A command that never stops talking may not fill the disk: head and newest tail are kept.
void trim_output(const std::string& dir) {
  const std::string path = dir + "/output";
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || info.st_size <= kOutputFileMax) { return; }
  const std::string head = dir + "/output.head";
  if (::stat(head.c_str(), &info) != 0) { write_whole(head, read_part(path, false, kKeptPart)); }
  write_whole(dir + "/output.tail", read_part(path, true, kKeptPart));
  if (::truncate(path.c_str(), 0) != 0) { log::warn("runbook", "cannot shorten {}", path); }
}

std::string read_output(const std::string& dir) {
  const std::string head = read_part(dir + "/output.head", false, kKeptPart);
  const std::string path = dir + "/output";
  if (head.empty()) {
    struct stat info {};
    const bool short_enough = ::stat(path.c_str(), &info) == 0 && info.st_size <= 48 << 10;
    if (short_enough) { return read_part(path, false, kOutputMax); }
    return fmt::format("{}\n[… some left out …]\n{}", read_part(path, false, kKeptPart),
                       read_part(path, true, kKeptPart));
  }
  std::string tail = read_part(path, true, kKeptPart);
  if (tail.size() < kKeptPart / 2) {
    tail = read_part(dir + "/output.tail", true, kKeptPart / 2) + tail;
  }
  return fmt::format("{}\n[… much left out …]\n{}", head, tail);
}

std::string last_line(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with(' ')) { text.remove_suffix(1); }
  const size_t begin = text.rfind('\n');
  if (begin != std::string_view::npos) { text.remove_prefix(begin + 1); }
  return std::string(cut_utf8(text, 200));
}

/// Starts of one attempt are numbered: only one that provably never ran is followed by another.
int newest_start(const std::string& dir) {
  int newest = 0;
  const Result<std::vector<std::string>> names = real_disk().list(dir);
  if (!names) { return 0; }
  for (const std::string& name : *names) {
    int number = 0;
    std::from_chars(name.data(), name.data() + name.size(), number);
    newest = std::max(newest, number);
  }
  return newest;
}

class CommandAttempt {
 public:
  explicit CommandAttempt(Attempt attempt)
      : attempt_(std::move(attempt)),
        loop_(*attempt_.outside->loop),
        mark_("step:" + attempt_.effect.text) {
    std::error_code failed;
    root_ = std::filesystem::absolute(attempt_.outside->data_dir, failed).string() + "/" +
            safe_file_name(attempt_.effect.text);
  }

  Task<StepOutcome> perform();

 private:
  Task<ClaimReading> settle();
  Task<StepOutcome> start();
  Task<StepOutcome> watch(int pidfd, pid_t pid, MonoTime deadline);
  Task<Status> kill(int pidfd, pid_t pid, std::string verdict);
  StepOutcome ended(const ClaimReading& reading) const;
  StepOutcome lost() const;
  std::string verdict() const;
  MonoTime now() const { return loop_.clock().mono(); }
  Result<Command> command() const;

  const Attempt attempt_;
  Loop& loop_;
  const std::string mark_;
  std::string root_;  ///< Of the attempt.
  std::string dir_;   ///< Of the start.
};

std::string CommandAttempt::verdict() const {
  return read_part(dir_ + "/verdict", false, 1000);
}

StepOutcome CommandAttempt::ended(const ClaimReading& reading) const {
  const std::string output = read_output(dir_);
  const std::string ours = verdict();
  if (!ours.empty()) { return make_outcome(Outcome::failed, ours, output, reading.status); }
  if (reading.status == 0) { return make_outcome(Outcome::ok, "exit 0", output, 0); }
  const std::string said = last_line(output);
  return make_outcome(Outcome::failed,
                      fmt::format("exit {}{}{}", reading.status, said.empty() ? "" : ": ", said),
                      output, reading.status);
}

StepOutcome CommandAttempt::lost() const {
  const std::string output = read_output(dir_);
  const std::string ours = verdict();
  if (!ours.empty()) { return make_outcome(Outcome::failed, ours, output); }
  return make_outcome(Outcome::unknown, "it was started, and cut before it could say how it ended",
                      output);
}

Task<ClaimReading> CommandAttempt::settle() {
  const MonoTime until = now() + kStartMax;
  ClaimReading last;
  while (true) {
    Result<ClaimReading> reading = read_claim(dir_);
    if (reading) { last = *reading; }
    if (reading && last.state != ClaimState::starting) { co_return last; }
    if (now() >= until || loop_.clock().mono() >= attempt_.deadline) { break; }
    Status slept = co_await loop_.sleep_until(now() + 20ms);
    if (!slept) { break; }
  }
  last.state = ClaimState::lost;
  co_return last;
}

Task<StepOutcome> CommandAttempt::perform() {
  const int newest = newest_start(root_);
  dir_ = fmt::format("{}/{}", root_, std::max(newest, 1));
  if (newest > 0) {
    ClaimReading reading = co_await settle();
    if (reading.state == ClaimState::ended) { co_return ended(reading); }
    if (reading.state == ClaimState::lost) { co_return lost(); }
    if (reading.state == ClaimState::running) {
      Result<int> pidfd = open_pidfd(reading.pid, reading.start_time);
      if (!pidfd) {
        // It ended between two looks.
        ClaimReading after = co_await settle();
        if (after.state == ClaimState::ended) { co_return ended(after); }
        co_return lost();
      }
      const Held held(*pidfd);
      const Nanos ran = loop_.clock().wall() - reading.started;
      const Nanos left = std::max<Nanos>(attempt_.step.timeout - std::max(ran, Nanos{0}), Nanos{0});
      StepOutcome outcome =
          co_await watch(*pidfd, reading.pid, std::min(attempt_.deadline, now() + left));
      co_return outcome;
    }
    dir_ = fmt::format("{}/{}", root_, newest + 1);
  }
  if (attempt_.stop->raised()) { co_return make_outcome(Outcome::failed, "cancelled"); }
  StepOutcome outcome = co_await start();
  co_return outcome;
}

Result<Command> CommandAttempt::command() const {
  Command out;
  // -e: a step of several lines fails at its first failing line.
  out.argv = {"/bin/sh", "-ec", attempt_.step.text};
  out.tree_mark = mark_;
  for (const auto& [name, value] : attempt_.step.params) {
    if (value.find('\0') != std::string::npos) {
      return error(Code::invalid, fmt::format("the value of {} holds a zero byte", name));
    }
    out.env_added.emplace_back(name, value);
  }
  out.env_added.emplace_back("VIGIE_RUN", std::to_string(attempt_.step.run.value));
  out.env_added.emplace_back("VIGIE_STEP", attempt_.step.step);
  out.env_added.emplace_back("VIGIE_ATTEMPT", std::to_string(attempt_.step.attempt));
  out.env_added.emplace_back("VIGIE_EFFECT", attempt_.effect.text);
  if (attempt_.step.incident) {
    out.env_added.emplace_back("VIGIE_INCIDENT", std::to_string(attempt_.step.incident.value));
  }
  const auto dir = attempt_.step.options.find("dir");
  std::filesystem::path where = attempt_.outside->book_dir;
  if (dir != attempt_.step.options.end()) { where /= dir->second; }
  out.dir = where.string();
  return out;
}

Task<StepOutcome> CommandAttempt::start() {
  Result<Command> prepared = command();
  if (!prepared) { co_return make_outcome(Outcome::failed, prepared.error().what); }
  const Status made = real_disk().make_dirs(dir_);
  if (!made) { co_return make_outcome(Outcome::failed, made.error().what); }
  const std::string path = dir_ + "/output";
  const Held output(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0640));
  if (output.fd() < 0) { co_return make_outcome(Outcome::failed, "cannot open " + path); }
  Result<Spawned> spawned = spawn_claimed(*std::move(prepared), dir_, ClaimEnd::keep_status,
                                          loop_.clock().wall(), output.fd());
  if (!spawned) { co_return make_outcome(Outcome::failed, spawned.error().what); }
  const Held pidfd(spawned->pidfd);
  StepOutcome outcome = co_await watch(pidfd.fd(), spawned->pid, attempt_.deadline);
  co_return outcome;
}

Task<Status> CommandAttempt::kill(int pidfd, pid_t pid, std::string verdict) {
  // Before the act: a crash in between must not leave a riddle.
  write_whole(dir_ + "/verdict", verdict);
  kill_tree(pid, SIGTERM, mark_);
  Status gone = co_await wait_exit(loop_, pidfd, now() + kKillAfter);
  if (!gone && gone.error().code == Code::cancelled) { co_return gone; }
  kill_tree(pid, SIGKILL, mark_);
  Status killed = co_await wait_exit(loop_, pidfd, now() + kKillAfter);
  co_return killed;
}

Task<StepOutcome> CommandAttempt::watch(int pidfd, pid_t pid, MonoTime deadline) {
  while (true) {
    const MonoTime glance = std::min(deadline, now() + kGlance);
    Status gone = co_await wait_exit(loop_, pidfd, glance);
    trim_output(dir_);
    if (gone) { break; }
    if (gone.error().code == Code::cancelled) { co_return not_settled(); }
    if (gone.error().code != Code::timeout) {
      co_return make_outcome(Outcome::unknown, gone.error().what, read_output(dir_));
    }
    const bool late = now() >= deadline;
    if (!late && !attempt_.stop->raised()) { continue; }
    const std::string why =
        late ? fmt::format("timed out after {}", humanize_duration(attempt_.step.timeout))
             : "cancelled";
    Status killed = co_await kill(pidfd, pid, why);
    if (!killed && killed.error().code == Code::cancelled) { co_return not_settled(); }
    if (!killed) {
      co_return make_outcome(Outcome::failed, why + ", and it would not end", read_output(dir_));
    }
    break;
  }
  const Result<Exit> ignored = reap(pidfd);  // Frees the entry; the status is on disk.
  if (!ignored && ignored.error().code == Code::conflict) { log::warn("runbook", "still runs"); }
  ClaimReading reading = co_await settle();
  if (reading.state == ClaimState::ended) { co_return ended(reading); }
  if (reading.state == ClaimState::untouched && verdict().empty()) {
    co_return make_outcome(Outcome::failed, "it could not be started in " + dir_);
  }
  co_return lost();
}

Task<StepOutcome> perform(Attempt attempt) {
  CommandAttempt own(std::move(attempt));
  StepOutcome outcome = co_await own.perform();
  co_return outcome;
}

}  // namespace

extern const ExecutorKind command_executor;
constinit const ExecutorKind command_executor{
    .name = "command",
    .summary = "Runs a shell command; its exit status 0 is success.",
    .since = "0.1",
    .fields = kFields,
    .example_options = "timeout=30s dir=/",
    .example = "echo \"hello from $VIGIE_STEP\"",
    .quoting = Quoting::shell,
    .repeat = Repeat::never,
    .timeout = 1min,
    .perform = &perform,
};

}  // namespace vigie::runbook
