#include <fmt/core.h>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

/// "Active(anon):" is Active_anon.
std::string name_of_key(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '(') {
      out += '_';
    } else if (c != ')' && c != ':') {
      out += c;
    }
  }
  return out;
}

/// node_exporter's choice: `^(oom_kill|pgpg|pswp|pg.*fault).*`.
bool is_watched(std::string_view name) {
  return name.starts_with("oom_kill") || name.starts_with("pgpg") || name.starts_with("pswp") ||
         (name.starts_with("pg") && name.find("fault") != std::string_view::npos);
}

}  // namespace

void append_memory(const HostView& host, TextWriter& out) {
  const std::string meminfo = read_proc(host.proc + "/meminfo").value_or("");
  for (const std::string_view line : lines_of(meminfo)) {
    const auto words = words_of(line);
    if (words.size() < 2) { continue; }
    const bool kibibytes = words.size() > 2 && words[2] == "kB";
    const std::string key = name_of_key(words[0]);
    const std::string name =
        kibibytes ? fmt::format("node_memory_{}_bytes", key) : fmt::format("node_memory_{}", key);
    out.gauge(name, fmt::format("Memory information field {}.", key),
              number_of(words[1]) * (kibibytes ? 1024 : 1));
  }
  const std::string vmstat = read_proc(host.proc + "/vmstat").value_or("");
  for (const std::string_view line : lines_of(vmstat)) {
    const auto words = words_of(line);
    if (words.size() != 2 || !is_watched(words[0])) { continue; }
    const std::string name = fmt::format("node_vmstat_{}", words[0]);
    out.family(name, "untyped", fmt::format("/proc/vmstat information field {}.", words[0]));
    out.sample(name, number_of(words[1]));
  }
}

}  // namespace vigie::collect
