// Looking at other processes through /proc, and ending them with all that they started.
#include <dirent.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstring>
#include <set>

#include "base/disk.h"
#include "base/subprocess.h"

namespace vigie {

namespace {

constexpr size_t kProcFileMax = 1 << 20;
constexpr int kPasses = 8;  // Each finds what was forked during the one before.

template <class T>
bool read_number(std::string_view& rest, T& out) {
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  const auto [end, failed] = std::from_chars(rest.data(), rest.data() + rest.size(), out);
  if (failed != std::errc{}) { return false; }
  rest.remove_prefix(static_cast<size_t>(end - rest.data()));
  return true;
}

std::vector<pid_t> all_pids() {
  std::vector<pid_t> out;
  const Result<std::vector<std::string>> names = real_disk().list("/proc");
  if (!names) { return out; }
  for (const std::string& name : *names) {
    pid_t pid = 0;
    std::string_view rest = name;
    if (read_number(rest, pid) && rest.empty()) { out.push_back(pid); }
  }
  return out;
}

bool carries(pid_t pid, std::string_view tree_mark) {
  if (tree_mark.empty()) { return false; }
  const Result<std::string> environment =
      real_disk().read_file(fmt::format("/proc/{}/environ", pid), kProcFileMax);
  if (!environment) { return false; }
  const std::string entry = fmt::format("VIGIE_TREE={}", tree_mark) + '\0';
  return environment->starts_with(entry) || environment->find('\0' + entry) != std::string::npos;
}

}  // namespace

Result<ProcessStat> parse_process_stat(std::string_view line) {
  const Error broken = error(Code::corrupt, "a process's stat line lacks fields");
  // The name is in parentheses and may hold any of them itself.
  const size_t open = line.find('(');
  const size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
    return broken;
  }
  ProcessStat out;
  std::string_view before = line.substr(0, open);
  if (!read_number(before, out.pid)) { return broken; }
  out.name = line.substr(open + 1, close - open - 1);
  std::string_view rest = line.substr(close + 1);
  rest.remove_prefix(std::min(rest.find_first_not_of(' '), rest.size()));
  if (rest.empty()) { return broken; }
  out.state = rest.front();
  rest.remove_prefix(1);
  int64_t fields[21] = {};  // Fields 4 to 24 of proc(5).
  for (int64_t& field : fields) {
    if (!read_number(rest, field)) { return broken; }
  }
  const auto field = [&](int number) { return fields[number - 4]; };
  out.parent = static_cast<pid_t>(field(4));
  out.group = static_cast<pid_t>(field(5));
  out.session = static_cast<pid_t>(field(6));
  out.user_ticks = static_cast<uint64_t>(field(14));
  out.system_ticks = static_cast<uint64_t>(field(15));
  out.threads = static_cast<uint32_t>(field(20));
  out.start_time = static_cast<uint64_t>(field(22));
  out.virtual_bytes = static_cast<uint64_t>(field(23));
  out.resident_bytes = static_cast<uint64_t>(field(24)) * static_cast<uint64_t>(getpagesize());
  return out;
}

Result<ProcessStat> process_stat(pid_t pid) {
  Result<std::string> line = real_disk().read_file(fmt::format("/proc/{}/stat", pid), kProcFileMax);
  if (!line) { return error(Code::not_found, fmt::format("there is no process {}", pid)); }
  return parse_process_stat(*line);
}

Result<int> open_pidfd(pid_t pid, uint64_t start_time) {
  const int fd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  if (fd < 0) {
    const Code code = errno == ESRCH || errno == EINVAL ? Code::not_found : Code::exhausted;
    return error(code, fmt::format("cannot watch process {}: {}", pid, std::strerror(errno)));
  }
  // Looked at after the descriptor is held, so the number cannot change hands in between.
  const Result<ProcessStat> stat = process_stat(pid);
  if (!stat || stat->start_time != start_time) {
    ::close(fd);
    return error(Code::not_found, fmt::format("process {} is another one by now", pid));
  }
  return fd;
}

std::vector<pid_t> process_tree(pid_t pid, std::string_view tree_mark) {
  std::vector<ProcessStat> all;
  for (const pid_t each : all_pids()) {
    Result<ProcessStat> stat = process_stat(each);
    if (stat) { all.push_back(*std::move(stat)); }
  }
  std::set<pid_t> members;
  for (const ProcessStat& each : all) {
    const bool ours = each.pid == pid || each.group == pid || each.session == pid;
    if (ours || carries(each.pid, tree_mark)) { members.insert(each.pid); }
  }
  // Children of members, until there are no more.
  for (bool grew = true; grew;) {
    grew = false;
    for (const ProcessStat& each : all) {
      if (members.contains(each.parent)) { grew |= members.insert(each.pid).second; }
    }
  }
  members.erase(::getpid());
  std::vector<pid_t> out;
  if (members.erase(pid) != 0) { out.push_back(pid); }
  for (const ProcessStat& each : all) {
    if (each.state != 'Z' && members.contains(each.pid)) { out.push_back(each.pid); }
  }
  return out;
}

size_t kill_tree(pid_t pid, int signal, std::string_view tree_mark) {
  if (pid <= 1) { return 0; }
  std::set<pid_t> done;
  for (int pass = 0; pass < kPasses; ++pass) {
    bool found = false;
    for (const pid_t each : process_tree(pid, tree_mark)) {
      if (!done.insert(each).second) { continue; }
      found = true;
      ::kill(each, signal);
    }
    if (!found) { break; }
  }
  return done.size();
}

}  // namespace vigie
