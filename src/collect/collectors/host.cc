#include "collect/host/host.h"

namespace vigie::collect {

namespace {

using config::Field;
using config::FieldType;

constexpr Field kFields[] = {
    {.name = "mount-points-exclude",
     .type = FieldType::pattern,
     .help = "mount points that are left out, as in node_exporter; remote file systems always are, "
             "since asking one whose server is gone hangs",
     .fallback = "^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|"
                 "var/lib/containers/storage/.+)($|/)"},
    {.name = "fs-types-exclude",
     .type = FieldType::pattern,
     .help = "file system types that are left out, as in node_exporter",
     .fallback = "^(autofs|binfmt_misc|bpf|cgroup2?|configfs|debugfs|devpts|devtmpfs|fusectl|"
                 "hugetlbfs|iso9660|mqueue|nsfs|overlay|proc|procfs|pstore|rpc_pipefs|securityfs|"
                 "selinuxfs|squashfs|sysfs|tracefs)$"},
    {.name = "disks-exclude",
     .type = FieldType::pattern,
     .help = "block devices that are left out: partitions, RAM and loop devices",
     .fallback = "^(ram|loop|fd|(h|s|v|xv)d[a-z]|nvme\\d+n\\d+p)\\d+$"},
    {.name = "networks-exclude",
     .type = FieldType::pattern,
     .help = "network devices that are left out",
     .fallback = "^$"},
};

class HostCollector final : public Collector {
 public:
  explicit HostCollector(HostView view) : view_(std::move(view)) {}

  Status collect(WallTime now, TextWriter& out) override {
    append_cpu(view_, out);
    if (out.empty()) { return error(Code::unavailable, view_.proc + "/stat cannot be read"); }
    append_memory(view_, out);
    append_disks(view_, out);
    append_filesystems(view_, out);
    append_network(view_, out);
    append_netstat(view_, out);
    append_kernel(view_, now, out);
    append_pressure(view_, out);
    return ok();
  }

 private:
  const HostView view_;
};

std::unique_ptr<Collector> make(const config::Settings& settings, CollectorContext context,
                                config::Problems& problems) {
  const auto pattern = [&](std::string_view name) {
    auto compiled = SearchPattern::compile(settings.text(name));
    if (!compiled) {
      problems.error(settings.place_of(name), compiled.error().what);
      return std::shared_ptr<const SearchPattern>();
    }
    return *std::move(compiled);
  };
  HostView view{context.proc,
                context.sys,
                pattern("mount-points-exclude"),
                pattern("fs-types-exclude"),
                pattern("disks-exclude"),
                pattern("networks-exclude")};
  return std::make_unique<HostCollector>(std::move(view));
}

}  // namespace

extern const CollectorKind host_collector;
const CollectorKind host_collector{
    .name = "host",
    .summary = "The machine Vigie runs on, with node_exporter's names",
    .since = "0.1",
    .on_by_default = true,
    .fields = kFields,
    .example = "{every: 15s}",
    .make = &make,
};

}  // namespace vigie::collect
