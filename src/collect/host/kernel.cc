#include <sys/utsname.h>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

/// From /proc/sys/kernel where it is readable, so that a test's root answers too.
std::string kernel_word(const HostView& host, const char* file, const char* system) {
  std::string text = read_proc_line(host.proc + "/sys/kernel/" + file);
  return text.empty() ? std::string(system) : text;
}

}  // namespace

void append_kernel(const HostView& host, WallTime now, TextWriter& out) {
  const std::string load_text = read_proc_line(host.proc + "/loadavg");
  const auto load = words_of(load_text);
  if (load.size() >= 3) {
    out.gauge("node_load1", "1m load average.", number_of(load[0]));
    out.gauge("node_load5", "5m load average.", number_of(load[1]));
    out.gauge("node_load15", "15m load average.", number_of(load[2]));
  }
  const std::string files_text = read_proc_line(host.proc + "/sys/fs/file-nr");
  const auto files = words_of(files_text);
  if (files.size() >= 3) {
    out.gauge("node_filefd_allocated", "File descriptor statistics: allocated.",
              number_of(files[0]));
    out.gauge("node_filefd_maximum", "File descriptor statistics: maximum.", number_of(files[2]));
  }
  const std::string entropy = read_proc_line(host.proc + "/sys/kernel/random/entropy_avail");
  if (!entropy.empty()) {
    out.gauge("node_entropy_available_bits", "Bits of available entropy.", number_of(entropy));
  }
  out.gauge("node_time_seconds", "System time in seconds since epoch (1970).", to_seconds(now));
  utsname names{};
  if (uname(&names) != 0) { return; }
  out.family("node_uname_info", "gauge",
             "Labeled system information as provided by the uname system call.");
  out.sample("node_uname_info",
             {{"domainname", kernel_word(host, "domainname", names.domainname)},
              {"machine", names.machine},
              {"nodename", kernel_word(host, "hostname", names.nodename)},
              {"release", kernel_word(host, "osrelease", names.release)},
              {"sysname", kernel_word(host, "ostype", names.sysname)},
              {"version", kernel_word(host, "version", names.version)}},
             1);
}

void append_pressure(const HostView& host, TextWriter& out) {
  struct Kind {
    const char* file;
    std::string_view some, full;
  };
  constexpr Kind kKinds[] = {
      {"cpu", "node_pressure_cpu_waiting_seconds_total", ""},
      {"io", "node_pressure_io_waiting_seconds_total", "node_pressure_io_stalled_seconds_total"},
      {"memory", "node_pressure_memory_waiting_seconds_total",
       "node_pressure_memory_stalled_seconds_total"},
  };
  for (const Kind& kind : kKinds) {
    const std::string text = read_proc(host.proc + "/pressure/" + kind.file).value_or("");
    for (const std::string_view line : lines_of(text)) {
      const auto words = words_of(line);
      if (words.size() < 2 || !words.back().starts_with("total=")) { continue; }
      const std::string_view name = words[0] == "some" ? kind.some : kind.full;
      if (name.empty()) { continue; }
      out.counter(name,
                  words[0] == "some" ? "Total time in seconds that processes have waited."
                                     : "Total time in seconds no process could make progress.",
                  number_of(words.back().substr(6)) / 1e6);
    }
  }
}

}  // namespace vigie::collect
