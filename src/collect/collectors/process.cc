#include <dirent.h>
#include <fmt/core.h>
#include <sys/resource.h>
#include <unistd.h>

#include <map>
#include <set>

#include "base/subprocess.h"
#include "collect/collector_kind.h"
#include "collect/host/proc_file.h"
#include "collect/self_process.h"

namespace vigie::collect {

namespace {

constexpr size_t kTreeMax = 4'096;

struct Usage {
  double cpu_seconds = 0;
  double resident = 0, virtual_bytes = 0, threads = 0, fds = 0;
  double start_seconds = 0;
  double processes = 0;
};

size_t entries_in(const std::string& path) {
  DIR* dir = opendir(path.c_str());
  if (dir == nullptr) { return 0; }
  size_t count = 0;
  while (const dirent* entry = readdir(dir)) { count += entry->d_name[0] != '.' ? 1 : 0; }
  closedir(dir);
  return count;
}

double boot_seconds(const std::string& proc) {
  const std::string text = read_proc(proc + "/stat").value_or("");
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("btime ")) { return number_of(line.substr(6)); }
  }
  return 0;
}

/// The process and what it started, by the kernel's own lists of children.
void walk(const std::string& proc, pid_t pid, std::set<pid_t>& seen) {
  if (seen.size() >= kTreeMax || !seen.insert(pid).second) { return; }
  const std::string children =
      read_proc_line(fmt::format("{}/{}/task/{}/children", proc, pid, pid));
  for (const std::string_view word : words_of(children)) {
    walk(proc, static_cast<pid_t>(number_of(word)), seen);
  }
}

bool add_one(const std::string& proc, pid_t pid, double boot, Usage& usage) {
  const std::string dir = fmt::format("{}/{}", proc, pid);
  const std::string line = read_proc_line(dir + "/stat");
  if (line.empty()) { return false; }
  const Result<ProcessStat> stat = parse_process_stat(line);
  if (!stat) { return false; }
  const double tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  usage.cpu_seconds += static_cast<double>(stat->user_ticks + stat->system_ticks) / tick;
  usage.resident += static_cast<double>(stat->resident_bytes);
  usage.virtual_bytes += static_cast<double>(stat->virtual_bytes);
  usage.threads += stat->threads;
  usage.fds += static_cast<double>(entries_in(dir + "/fd"));
  const double start = boot + static_cast<double>(stat->start_time) / tick;
  usage.start_seconds = usage.start_seconds == 0 ? start : usage.start_seconds;
  usage.processes += 1;
  return true;
}

struct Column {
  std::string_view name, type, help;
  double Usage::*value;
};
constexpr Column kColumns[] = {
    {"vigie_unit_cpu_seconds_total", "counter",
     "User and system time of the unit's live processes.", &Usage::cpu_seconds},
    {"vigie_unit_resident_memory_bytes", "gauge", "Memory of the unit's processes that is in RAM.",
     &Usage::resident},
    {"vigie_unit_virtual_memory_bytes", "gauge", "Address space of the unit's processes.",
     &Usage::virtual_bytes},
    {"vigie_unit_open_fds", "gauge", "Open descriptors of the unit's processes.", &Usage::fds},
    {"vigie_unit_threads", "gauge", "Threads of the unit's processes.", &Usage::threads},
    {"vigie_unit_processes", "gauge", "Processes of the unit.", &Usage::processes},
    {"vigie_unit_start_time_seconds", "gauge", "When the unit's first process started.",
     &Usage::start_seconds},
};

class ProcessCollector final : public Collector {
 public:
  explicit ProcessCollector(CollectorContext context) : context_(std::move(context)) {}

  Status collect(WallTime, TextWriter& out) override {
    append_self_process(context_.proc, out);
    if (!context_.units) { return ok(); }
    const std::vector<UnitProcess> units = context_.units();
    const double boot = boot_seconds(context_.proc);
    std::map<std::string, Usage> usages;
    for (const UnitProcess& unit : units) {
      if (unit.pid <= 0) { continue; }
      std::set<pid_t> tree;
      walk(context_.proc, unit.pid, tree);
      Usage usage;
      // The unit's own process first: its start is the unit's.
      bool any = add_one(context_.proc, unit.pid, boot, usage);
      for (const pid_t pid : tree) {
        if (pid != unit.pid) { any |= add_one(context_.proc, pid, boot, usage); }
      }
      if (any) { usages[unit.unit] = usage; }
    }
    append(units, usages, out);
    return ok();
  }

 private:
  static void append(const std::vector<UnitProcess>& units,
                     const std::map<std::string, Usage>& usages, TextWriter& out) {
    out.family("vigie_unit_up", "gauge", "Whether the unit's process runs.");
    for (const UnitProcess& unit : units) {
      out.sample("vigie_unit_up", {{"unit", unit.unit}}, usages.count(unit.unit) != 0 ? 1 : 0);
    }
    out.family("vigie_unit_restarts_total", "counter", "How often the unit was started again.");
    for (const UnitProcess& unit : units) {
      out.sample("vigie_unit_restarts_total", {{"unit", unit.unit}},
                 static_cast<double>(unit.restarts));
    }
    for (const Column& column : kColumns) {
      out.family(column.name, column.type, column.help);
      for (const auto& [unit, usage] : usages) {
        out.sample(column.name, {{"unit", unit}}, usage.*column.value);
      }
    }
  }

  const CollectorContext context_;
};

std::unique_ptr<Collector> make(const config::Settings&, CollectorContext context,
                                config::Problems&) {
  return std::make_unique<ProcessCollector>(std::move(context));
}

}  // namespace

extern const CollectorKind process_collector;
const CollectorKind process_collector{
    .name = "process",
    .summary = "Vigie itself and the units it supervises",
    .since = "0.1",
    .on_by_default = true,
    .fields = {},
    .example = "{every: 15s}",
    .make = &make,
};

void append_self_process(const std::string& proc, TextWriter& out) {
  Usage self;
  if (!add_one(proc, getpid(), boot_seconds(proc), self)) { return; }
  out.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.",
              self.cpu_seconds);
  out.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", self.resident);
  out.gauge("process_virtual_memory_bytes", "Virtual memory size in bytes.", self.virtual_bytes);
  out.gauge("process_open_fds", "Number of open file descriptors.", self.fds);
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    out.gauge("process_max_fds", "Maximum number of open file descriptors.",
              static_cast<double>(files.rlim_cur));
  }
  out.gauge("process_threads", "Number of OS threads in the process.", self.threads);
  out.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.",
            self.start_seconds);
}

}  // namespace vigie::collect
