#pragma once

#include <memory>
#include <string>

#include "base/time.h"
#include "collect/collector_kind.h"
#include "collect/relabel_pattern.h"
#include "collect/text_writer.h"

namespace vigie::collect {

/// Where the host's files are and what of it is left out.
struct HostView {
  std::string proc, sys;
  std::shared_ptr<const SearchPattern> mount_points_out, fs_types_out, disks_out, networks_out;
};

// Each writes the families of one subject with node_exporter's names; what the kernel does not
// have is left out.
void append_cpu(const HostView& host, TextWriter& out);     ///< /proc/stat
void append_memory(const HostView& host, TextWriter& out);  ///< /proc/meminfo, /proc/vmstat
void append_disks(const HostView& host, TextWriter& out);   ///< /proc/diskstats
void append_filesystems(const HostView& host, TextWriter& out);
void append_network(const HostView& host, TextWriter& out);  ///< /proc/net/dev, /sys/class/net
void append_kernel(const HostView& host, WallTime now, TextWriter& out);  ///< load, files, uname…
void append_pressure(const HostView& host, TextWriter& out);              ///< /proc/pressure
void append_netstat(const HostView& host, TextWriter& out);  ///< /proc/net/{netstat,snmp,sockstat}

}  // namespace vigie::collect
