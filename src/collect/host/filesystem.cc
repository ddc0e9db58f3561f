#include <sys/statvfs.h>

#include <set>

#include "collect/host/host.h"
#include "collect/host/proc_file.h"

namespace vigie::collect {

namespace {

struct Mounted {
  std::string device, point, type;
  bool read_only = false;
  bool failed = false;
  struct statvfs stat {};
};

/// Asking these may hang for minutes when their server is gone, and the edge loop with it.
bool is_remote(std::string_view type) {
  for (const std::string_view remote : {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph",
                                        "glusterfs", "lustre", "fuse.sshfs", "fuse.glusterfs"}) {
    if (type == remote) { return true; }
  }
  return false;
}

/// /proc/mounts writes blanks, tabs, line feeds and backslashes in octal.
std::string unescaped(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 3 < text.size() && text[i + 1] >= '0' && text[i + 1] <= '3') {
      out += static_cast<char>((text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 +
                               (text[i + 3] - '0'));
      i += 3;
    } else {
      out += text[i];
    }
  }
  return out;
}

bool is_read_only(std::string_view options) {
  return options == "ro" || options.starts_with("ro,") ||
         options.find(",ro,") != std::string_view::npos || options.ends_with(",ro");
}

std::vector<Mounted> mounts(const HostView& host) {
  std::string text = read_proc(host.proc + "/1/mounts").value_or("");
  if (text.empty()) { text = read_proc(host.proc + "/mounts").value_or(""); }
  std::vector<Mounted> out;
  std::set<std::string> seen;
  for (const std::string_view line : lines_of(text)) {
    const auto words = words_of(line);
    if (words.size() < 4) { continue; }
    Mounted mount{unescaped(words[0]), unescaped(words[1]), std::string(words[2])};
    const bool left_out = is_remote(mount.type) || host.mount_points_out->found_in(mount.point) ||
                          host.fs_types_out->found_in(mount.type);
    if (left_out || !seen.insert(mount.device + '\n' + mount.point).second) { continue; }
    mount.read_only = is_read_only(words[3]);
    mount.failed = statvfs(mount.point.c_str(), &mount.stat) != 0;
    out.push_back(std::move(mount));
  }
  return out;
}

struct Column {
  std::string_view name, help;
  double (*value)(const Mounted&);
  bool always;
};
constexpr Column kColumns[] = {
    {"node_filesystem_size_bytes", "Filesystem size in bytes.",
     [](const Mounted& m) {
       return static_cast<double>(m.stat.f_blocks) * static_cast<double>(m.stat.f_frsize);
     },
     false},
    {"node_filesystem_free_bytes", "Filesystem free space in bytes.",
     [](const Mounted& m) {
       return static_cast<double>(m.stat.f_bfree) * static_cast<double>(m.stat.f_frsize);
     },
     false},
    {"node_filesystem_avail_bytes", "Filesystem space available to non-root users in bytes.",
     [](const Mounted& m) {
       return static_cast<double>(m.stat.f_bavail) * static_cast<double>(m.stat.f_frsize);
     },
     false},
    {"node_filesystem_files", "Filesystem total file nodes.",
     [](const Mounted& m) { return static_cast<double>(m.stat.f_files); }, false},
    {"node_filesystem_files_free", "Filesystem total free file nodes.",
     [](const Mounted& m) { return static_cast<double>(m.stat.f_ffree); }, false},
    {"node_filesystem_readonly", "Filesystem read-only status.",
     [](const Mounted& m) { return m.read_only ? 1.0 : 0.0; }, false},
    {"node_filesystem_device_error",
     "Whether an error occurred while getting statistics for the given device.",
     [](const Mounted& m) { return m.failed ? 1.0 : 0.0; }, true},
};

}  // namespace

void append_filesystems(const HostView& host, TextWriter& out) {
  const std::vector<Mounted> all = mounts(host);
  for (const Column& column : kColumns) {
    out.family(column.name, "gauge", column.help);
    for (const Mounted& mount : all) {
      if (mount.failed && !column.always) { continue; }
      out.sample(column.name,
                 {{"device", mount.device}, {"fstype", mount.type}, {"mountpoint", mount.point}},
                 column.value(mount));
    }
  }
}

}  // namespace vigie::collect
