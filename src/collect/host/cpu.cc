#include <unistd.h>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

constexpr std::string_view kModes[] = {"user",   "nice", "system",  "idle",
                                       "iowait", "irq",  "softirq", "steal"};

struct Counted {
  std::string_view word, name, help, type;
};
constexpr Counted kCounted[] = {
    {"ctxt", "node_context_switches_total", "Total number of context switches.", "counter"},
    {"processes", "node_forks_total", "Total number of forks.", "counter"},
    {"intr", "node_intr_total", "Total number of interrupts serviced.", "counter"},
    {"btime", "node_boot_time_seconds", "Node boot time, in unixtime.", "gauge"},
    {"procs_running", "node_procs_running", "Number of processes in runnable state.", "gauge"},
    {"procs_blocked", "node_procs_blocked",
     "Number of processes blocked waiting for I/O to complete.", "gauge"},
};

bool is_one_cpu(std::string_view word) {
  return word.size() > 3 && word.starts_with("cpu");
}

}  // namespace

void append_cpu(const HostView& host, TextWriter& out) {
  const auto text = read_proc(host.proc + "/stat");
  if (!text) { return; }
  const double tick = static_cast<double>(sysconf(_SC_CLK_TCK));
  const auto lines = lines_of(*text);
  out.family("node_cpu_seconds_total", "counter", "Seconds the CPUs spent in each mode.");
  for (const std::string_view line : lines) {
    const auto words = words_of(line);
    if (words.empty() || !is_one_cpu(words[0])) { continue; }
    for (size_t i = 0; i < std::size(kModes) && i + 1 < words.size(); ++i) {
      out.sample("node_cpu_seconds_total", {{"cpu", words[0].substr(3)}, {"mode", kModes[i]}},
                 number_of(words[i + 1]) / tick);
    }
  }
  out.family("node_cpu_guest_seconds_total", "counter",
             "Seconds the CPUs spent in guests (VMs) for each mode.");
  for (const std::string_view line : lines) {
    const auto words = words_of(line);
    if (words.size() < 11 || !is_one_cpu(words[0])) { continue; }
    const std::string_view cpu = words[0].substr(3);
    out.sample("node_cpu_guest_seconds_total", {{"cpu", cpu}, {"mode", "user"}},
               number_of(words[9]) / tick);
    out.sample("node_cpu_guest_seconds_total", {{"cpu", cpu}, {"mode", "nice"}},
               number_of(words[10]) / tick);
  }
  for (const Counted& counted : kCounted) {
    for (const std::string_view line : lines) {
      const auto words = words_of(line.substr(0, 80));
      if (words.size() < 2 || words[0] != counted.word) { continue; }
      out.family(counted.name, counted.type, counted.help);
      out.sample(counted.name, number_of(words[1]));
    }
  }
}

}  // namespace vigie::collect
