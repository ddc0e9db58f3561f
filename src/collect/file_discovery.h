#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "collect/scrape_settings.h"

namespace vigie::collect {

/// The targets that files name for one job: file_sd_configs in Prometheus' grammar, YAML or JSON.
///
/// Lives on: edge; reads small files there. A file that changed is read within a few seconds, one
/// that cannot be read or parsed keeps its last good targets, one that is gone takes them along.
/// Limits: 1,000 files a job, 16 MiB a file.
class FileTargets {
 public:
  void adopt(std::vector<FileDiscovery> settings, std::string dir);
  /// Looks for what changed; true when the targets may differ.
  bool refresh(MonoTime now);
  const std::map<std::string, std::vector<TargetGroup>>& groups() const { return groups_; }
  uint64_t errors() const { return errors_; }

 private:
  struct Seen {
    int64_t changed_ns = -1;
    int64_t size = -1;
    MonoTime read_at{};
  };
  std::vector<std::string> matching(const FileDiscovery& discovery) const;
  bool read(const std::string& path);

  std::vector<FileDiscovery> settings_;
  std::string dir_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::vector<TargetGroup>> groups_;
  uint64_t errors_ = 0;
};

}  // namespace vigie::collect
