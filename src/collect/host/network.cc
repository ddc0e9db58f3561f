#include <dirent.h>
#include <fmt/core.h>

#include <algorithm>
#include <charconv>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

/// Columns of /proc/net/dev behind the colon.
constexpr std::string_view kColumns[] = {
    "receive_bytes",  "receive_packets",  "receive_errs",       "receive_drop",
    "receive_fifo",   "receive_frame",    "receive_compressed", "receive_multicast",
    "transmit_bytes", "transmit_packets", "transmit_errs",      "transmit_drop",
    "transmit_fifo",  "transmit_colls",   "transmit_carrier",   "transmit_compressed"};

struct Attribute {
  std::string_view file, name, help, type;
  double factor;
};
constexpr Attribute kAttributes[] = {
    {"carrier", "node_network_carrier", "Network device property: carrier", "gauge", 1},
    {"carrier_changes", "node_network_carrier_changes_total",
     "Network device property: carrier_changes_total", "counter", 1},
    {"mtu", "node_network_mtu_bytes", "Network device property: mtu_bytes", "gauge", 1},
    {"speed", "node_network_speed_bytes", "Network device property: speed_bytes", "gauge",
     1'000'000.0 / 8},
    {"flags", "node_network_flags", "Network device property: flags", "gauge", 1},
    {"tx_queue_len", "node_network_transmit_queue_length",
     "Network device property: transmit_queue_length", "gauge", 1},
};

std::vector<std::string> devices(const HostView& host) {
  std::vector<std::string> out;
  DIR* dir = opendir((host.sys + "/class/net").c_str());
  if (dir == nullptr) { return out; }
  while (const dirent* entry = readdir(dir)) {
    const std::string name = entry->d_name;
    if (name.front() == '.' || name == "bonding_masters") { continue; }
    if (!host.networks_out->found_in(name)) { out.push_back(name); }
  }
  closedir(dir);
  std::sort(out.begin(), out.end());
  return out;
}

double attribute_value(const std::string& text) {
  if (!text.starts_with("0x")) { return number_of(text); }
  uint64_t value = 0;
  std::from_chars(text.data() + 2, text.data() + text.size(), value, 16);
  return static_cast<double>(value);
}

void append_properties(const HostView& host, TextWriter& out) {
  const std::vector<std::string> all = devices(host);
  const std::string base = host.sys + "/class/net/";
  out.family("node_network_up", "gauge", "Value is 1 if operstate is 'up', 0 otherwise.");
  for (const std::string& device : all) {
    const bool up = read_proc_line(base + device + "/operstate") == "up";
    out.sample("node_network_up", {{"device", device}}, up ? 1 : 0);
  }
  out.family("node_network_info", "gauge",
             "Non-numeric data from /sys/class/net/<iface>, value is always 1.");
  for (const std::string& device : all) {
    const auto read = [&](const char* file) { return read_proc_line(base + device + "/" + file); };
    out.sample("node_network_info",
               {{"address", read("address")},
                {"broadcast", read("broadcast")},
                {"device", device},
                {"duplex", read("duplex")},
                {"ifalias", read("ifalias")},
                {"operstate", read("operstate")}},
               1);
  }
  for (const Attribute& attribute : kAttributes) {
    out.family(attribute.name, attribute.type, attribute.help);
    for (const std::string& device : all) {
      const std::string text = read_proc_line(fmt::format("{}{}/{}", base, device, attribute.file));
      // A link that is down has no speed: the kernel says -1 or refuses.
      if (text.empty() || text.starts_with('-')) { continue; }
      out.sample(attribute.name, {{"device", device}}, attribute_value(text) * attribute.factor);
    }
  }
}

}  // namespace

void append_network(const HostView& host, TextWriter& out) {
  const std::string text = read_proc(host.proc + "/net/dev").value_or("");
  std::vector<std::pair<std::string_view, std::vector<std::string_view>>> found;
  for (const std::string_view line : lines_of(text)) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) { continue; }
    const auto name = words_of(line.substr(0, colon));
    if (name.size() != 1 || host.networks_out->found_in(name[0])) { continue; }
    found.emplace_back(name[0], words_of(line.substr(colon + 1)));
  }
  for (size_t i = 0; i < std::size(kColumns); ++i) {
    const std::string name = fmt::format("node_network_{}_total", kColumns[i]);
    out.family(name, "counter", fmt::format("Network device statistic {}.", kColumns[i]));
    for (const auto& [device, words] : found) {
      if (i < words.size()) { out.sample(name, {{"device", device}}, number_of(words[i])); }
    }
  }
  append_properties(host, out);
}

}  // namespace vigie::collect
