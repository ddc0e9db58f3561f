// A process of this machine, in a session of its own. Each start has a directory in
// DATA/units/UNIT/ (base/claim.h), so that exactly one instance lives whatever crashed when.
#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <csignal>
#include <filesystem>
#include <limits>
#include <optional>

#include "base/claim.h"
#include "base/disk.h"
#include "base/log.h"
#include "base/subprocess.h"
#include "supervise/runtime_kind.h"
#include "supervise/settings.h"
#include "supervise/unit_log.h"

namespace vigie::supervise {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kStopFields[] = {
    {.name = "signal",
     .type = FieldType::text,
     .help = "what asks it to end",
     .fallback = "TERM",
     .example = "INT"},
    {.name = "grace",
     .type = FieldType::duration,
     .help = "how long it has, then it is killed",
     .fallback = "10s",
     .most = 3600},
};

constexpr Field kFields[] = {
    {.name = "command",
     .type = FieldType::any,
     .help = "the program and its arguments as a list, or one text for /bin/sh",
     .required = true,
     .example = "[./server, --port, \"8080\"]"},
    {.name = "dir",
     .type = FieldType::text,
     .help = "where it runs; relative to the book",
     .fallback = "."},
    {.name = "env",
     .type = FieldType::map,
     .help = "environment variables; a secret as {env: NAME} or {file: path}"},
    {.name = "user", .type = FieldType::text, .help = "who runs it, when Vigie is root"},
    {.name = "stop", .type = FieldType::section, .help = "how it is ended", .fields = kStopFields},
};

constexpr Nanos kStartMax = 2s;
constexpr Nanos kGlance = 50ms;
constexpr Nanos kKilledWithin = 5s;
constexpr size_t kOldStartsKept = 3;
/// No process: process_tree then finds those that carry the mark.
constexpr pid_t kNobody = std::numeric_limits<pid_t>::max();

std::string units_dir(const Ground& ground, const std::string& unit) {
  return ground.data_dir + "/units/" + unit;
}

/// Two Vigies on one machine may have a unit of the same name.
std::string mark_of(const Ground& ground, const std::string& unit) {
  return "unit:" + units_dir(ground, unit);
}

/// Numbers of earlier starts, oldest first.
std::vector<int> starts_of(const std::string& dir) {
  std::vector<int> out;
  const Result<std::vector<std::string>> names = real_disk().list(dir);
  if (!names) { return out; }
  for (const std::string& name : *names) {
    int number = 0;
    const auto [end, failed] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (failed == std::errc{} && end == name.data() + name.size()) { out.push_back(number); }
  }
  std::sort(out.begin(), out.end());
  return out;
}

Result<std::vector<std::string>> argv_of(const config::Node& command) {
  if (command.is_scalar() && !command.text().empty()) {
    return std::vector<std::string>{"/bin/sh", "-c", command.text()};
  }
  std::vector<std::string> out;
  for (const config::Node& item : command.items()) {
    if (!item.is_scalar()) { return error(Code::invalid, "a list of texts is wanted"); }
    out.push_back(item.text());
  }
  if (out.empty() || out.front().empty()) { return error(Code::invalid, "there is no command"); }
  return out;
}

/// setpriv keeps the pid, where su and runuser put a process of their own in front.
Result<std::vector<std::string>> as_user(std::vector<std::string> argv, const std::string& user) {
  if (user.empty()) { return argv; }
  const passwd* entry = ::getpwnam(user.c_str());
  if (entry == nullptr) {
    return error(Code::not_found, fmt::format("there is no user \"{}\"", user));
  }
  if (entry->pw_uid == ::geteuid()) { return argv; }
  std::vector<std::string> out = {"setpriv",
                                  "--reuid",
                                  std::to_string(entry->pw_uid),
                                  "--regid",
                                  std::to_string(entry->pw_gid),
                                  "--init-groups"};
  out.emplace_back("--");
  out.insert(out.end(), argv.begin(), argv.end());
  return out;
}

Result<Command> command_of(const StartOrder& order) {
  const auto settings = config::Settings::trust(order.settings, kFields);
  Command out;
  VIGIE_TRY(std::vector<std::string> argv, argv_of(settings.node("command")));
  VIGIE_TRY(out.argv, as_user(std::move(argv), settings.text("user")));
  out.tree_mark = mark_of(*order.ground, order.unit);
  std::filesystem::path dir = order.ground->book_dir;
  dir /= settings.text("dir");
  out.dir = dir.lexically_normal().string();
  const config::Node env = settings.node("env");
  for (const config::Node::Entry& entry : env.entries()) {
    Result<std::string> value = order.ground->secrets.resolve(entry.value);
    if (!value) { return std::move(value).error().context("env " + entry.key.text()); }
    out.env_added.emplace_back(entry.key.text(), *std::move(value));
  }
  return out;
}

Task<Result<ClaimReading>> settle(Loop& loop, std::string dir) {
  const MonoTime until = loop.clock().mono() + kStartMax;
  while (true) {
    Result<ClaimReading> reading = read_claim(dir);
    if (!reading || reading->state != ClaimState::starting) { co_return reading; }
    if (loop.clock().mono() >= until) {
      reading->state = ClaimState::lost;
      co_return reading;
    }
    Status slept = co_await loop.sleep_until(loop.clock().mono() + 10ms);
    if (!slept) { co_return slept.error(); }
  }
}

/// The instance that lives from an earlier start; none: pid 0.
Task<Result<Instance>> find_living(const Ground* ground, std::string unit) {
  const std::string dir = units_dir(*ground, unit);
  const std::vector<int> starts = starts_of(dir);
  for (const int number : starts) {
    const std::string path = fmt::format("{}/{}", dir, number);
    Result<ClaimReading> reading = co_await settle(*ground->loop, path);
    if (!reading) { co_return std::move(reading).error(); }
    if (reading->state != ClaimState::running) { continue; }
    const Result<int> pidfd = open_pidfd(reading->pid, reading->start_time);
    if (!pidfd) { continue; }  // It ended between two looks.
    co_return Instance{
        .pid = reading->pid, .start_time = reading->start_time, .adopted = true, .pidfd = *pidfd};
  }
  co_return Instance{};
}

void forget_old_starts(const std::string& dir, const std::vector<int>& starts) {
  std::error_code ignored;
  for (size_t i = 0; i + kOldStartsKept < starts.size(); ++i) {
    std::filesystem::remove_all(fmt::format("{}/{}", dir, starts[i]), ignored);
  }
}

Result<Spawned> spawn_unit(const StartOrder& order, const std::string& dir) {
  VIGIE_TRY(Command command, command_of(order));
  VIGIE_TRY(const int log, open_log(order.ground->data_dir, order.unit));
  Result<Spawned> spawned = spawn_claimed(std::move(command), dir, ClaimEnd::become,
                                          order.ground->loop->clock().wall(), log);
  ::close(log);
  return spawned;
}

Task<Result<Instance>> start(StartOrder order) {
  Result<Instance> living = co_await find_living(order.ground, order.unit);
  if (!living || living->pid != 0) { co_return living; }
  // Children that outlived their parent, and the Vigie that watched it, hold its ports and locks.
  const size_t left = kill_tree(kNobody, SIGKILL, mark_of(*order.ground, order.unit));
  if (left > 0) {
    log::warn("supervise", "{}: ended {} processes that an earlier instance left behind",
              order.unit, left);
  }
  if (order.adopt_only) { co_return error(Code::not_found, "it does not run any more"); }
  const std::string dir = units_dir(*order.ground, order.unit);
  const std::vector<int> starts = starts_of(dir);
  forget_old_starts(dir, starts);
  const int number = starts.empty() ? 1 : starts.back() + 1;
  const Result<Spawned> spawned = spawn_unit(order, fmt::format("{}/{}", dir, number));
  if (!spawned) { co_return spawned.error(); }
  co_return Instance{.pid = spawned->pid,
                     .start_time = spawned->start_time,
                     .adopted = false,
                     .pidfd = spawned->pidfd};
}

/// Our main process by number and start time; another of that number is nobody of ours.
pid_t main_of(const StopOrder& order) {
  const auto pid = static_cast<pid_t>(order.pid);
  if (order.pid <= 1) { return kNobody; }
  const Result<ProcessStat> stat = process_stat(pid);
  return stat && stat->start_time == order.start_time ? pid : kNobody;
}

/// All of the unit's processes that still run; a dead one that waits to be reaped does not.
std::vector<pid_t> running_of(const StopOrder& order, const std::string& mark) {
  std::vector<pid_t> out;
  for (const pid_t pid : process_tree(main_of(order), mark)) {
    const Result<ProcessStat> stat = process_stat(pid);
    if (stat && stat->state != 'Z') { out.push_back(pid); }
  }
  return out;
}

Task<Status> stop(StopOrder order) {
  Loop& loop = *order.ground->loop;
  const std::string mark = mark_of(*order.ground, order.unit);
  const MonoTime asked = loop.clock().mono();
  const MonoTime kill_at = asked + order.grace;
  bool killing = false;
  if (!running_of(order, mark).empty()) { kill_tree(main_of(order), order.signal, mark); }
  while (!running_of(order, mark).empty()) {
    if (order.superseded && order.superseded()) { co_return ok(); }
    const MonoTime now = loop.clock().mono();
    if (now >= kill_at) {
      killing = true;
      kill_tree(main_of(order), SIGKILL, mark);
    }
    if (killing && now >= kill_at + kKilledWithin) {
      co_return error(Code::timeout, fmt::format("{} does not end even when killed", order.unit));
    }
    Status slept = co_await loop.sleep_until(now + kGlance);
    VIGIE_CO_CHECK(std::move(slept));
  }
  co_return ok();
}

void check(const config::Settings& settings, config::Problems& problems) {
  const config::Node command = settings.node("command");
  if (!command.is_null()) {
    const Result<std::vector<std::string>> argv = argv_of(command);
    if (!argv) {
      problems.error(settings.place_of("command"), argv.error().what,
                     "write command: [program, argument] or one text for the shell");
    }
  }
  const config::Node signal = settings.node("stop")["signal"];
  if (!signal.is_null()) {
    const Result<int> number = parse_signal(signal.text());
    if (!number) { problems.error(signal.place(), number.error().what); }
  }
  const config::Node env = settings.node("env");
  for (const config::Node::Entry& entry : env.entries()) {
    const std::string& name = entry.key.text();
    if (name.empty() || name.find('=') != std::string::npos) {
      problems.error(entry.key.place(), fmt::format("\"{}\" is no name of a variable", name));
    }
    if (entry.value.is_sequence()) {
      problems.error(entry.value.place(), "a text, {env: NAME} or {file: path} is wanted");
    }
  }
}

}  // namespace

extern const RuntimeKind process_runtime;
constinit const RuntimeKind process_runtime{
    .name = "process",
    .summary = "A process of this machine, kept alive and whole.",
    .since = "0.1",
    .fields = kFields,
    .example = "command: [sleep, infinity]\nenv: {MODE: fast}\nstop: {signal: INT, grace: 5s}",
    .check = &check,
    .start = &start,
    .stop = &stop,
};

}  // namespace vigie::supervise
