#include <fmt/core.h>

#include <set>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

/// node_exporter's default choice of fields.
const std::set<std::string, std::less<>>& watched() {
  static const std::set<std::string, std::less<>> names = {"Icmp_InErrors",
                                                           "Icmp_InMsgs",
                                                           "Icmp_OutMsgs",
                                                           "Ip_Forwarding",
                                                           "IpExt_InOctets",
                                                           "IpExt_OutOctets",
                                                           "TcpExt_ListenDrops",
                                                           "TcpExt_ListenOverflows",
                                                           "TcpExt_SyncookiesFailed",
                                                           "TcpExt_SyncookiesRecv",
                                                           "TcpExt_SyncookiesSent",
                                                           "TcpExt_TCPSynRetrans",
                                                           "TcpExt_TCPTimeouts",
                                                           "Tcp_ActiveOpens",
                                                           "Tcp_CurrEstab",
                                                           "Tcp_InErrs",
                                                           "Tcp_InSegs",
                                                           "Tcp_OutRsts",
                                                           "Tcp_OutSegs",
                                                           "Tcp_PassiveOpens",
                                                           "Tcp_RetransSegs",
                                                           "Udp_InDatagrams",
                                                           "Udp_InErrors",
                                                           "Udp_NoPorts",
                                                           "Udp_OutDatagrams",
                                                           "Udp_RcvbufErrors",
                                                           "Udp_SndbufErrors",
                                                           "UdpLite_InErrors"};
  return names;
}

/// Pairs of lines: "Tcp: names" and "Tcp: values".
void append_pairs(const std::string& path, TextWriter& out) {
  const std::string text = read_proc(path).value_or("");
  const auto lines = lines_of(text);
  for (size_t i = 0; i + 1 < lines.size(); i += 2) {
    const auto names = words_of(lines[i]);
    const auto values = words_of(lines[i + 1]);
    if (names.empty() || names.size() != values.size() || names[0] != values[0]) { continue; }
    const std::string_view protocol = names[0].substr(0, names[0].find(':'));
    for (size_t k = 1; k < names.size(); ++k) {
      const std::string field = fmt::format("{}_{}", protocol, names[k]);
      if (watched().count(field) == 0) { continue; }
      const std::string name = "node_netstat_" + field;
      out.family(name, "untyped", fmt::format("Statistic {}{}.", protocol, names[k]));
      out.sample(name, number_of(values[k]));
    }
  }
}

}  // namespace

void append_netstat(const HostView& host, TextWriter& out) {
  append_pairs(host.proc + "/net/netstat", out);
  append_pairs(host.proc + "/net/snmp", out);
  const std::string text = read_proc(host.proc + "/net/sockstat").value_or("");
  for (const std::string_view line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.empty()) { continue; }
    const std::string_view protocol = words[0].substr(0, words[0].find(':'));
    for (size_t i = 1; i + 1 < words.size(); i += 2) {
      const std::string name = fmt::format("node_sockstat_{}_{}", protocol, words[i]);
      out.gauge(name, fmt::format("Number of {} sockets in state {}.", protocol, words[i]),
                number_of(words[i + 1]));
    }
  }
}

}  // namespace vigie::collect
