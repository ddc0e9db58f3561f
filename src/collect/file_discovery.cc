#include "collect/file_discovery.h"

#include <glob.h>
#include <sys/stat.h>

#include <set>

#include "base/log.h"
#include "config/book.h"

namespace vigie::collect {

namespace {

constexpr size_t kFilesMax = 1'000;
constexpr int64_t kFileBytesMax = 16 << 20;

}  // namespace

void FileTargets::adopt(std::vector<FileDiscovery> settings, std::string dir) {
  settings_ = std::move(settings);
  dir_ = std::move(dir);
}

std::vector<std::string> FileTargets::matching(const FileDiscovery& discovery) const {
  std::vector<std::string> paths;
  for (const std::string& pattern : discovery.patterns) {
    const std::string full =
        pattern.starts_with('/') || dir_.empty() ? pattern : dir_ + "/" + pattern;
    glob_t found{};
    if (glob(full.c_str(), 0, nullptr, &found) == 0) {
      for (size_t i = 0; i < found.gl_pathc && paths.size() < kFilesMax; ++i) {
        paths.emplace_back(found.gl_pathv[i]);
      }
    }
    globfree(&found);
  }
  return paths;
}

bool FileTargets::read(const std::string& path) {
  config::Problems problems;
  const config::Node node = config::load_yaml_file(path, problems);
  // Bad addresses are left out when targets are made of them: one does not end the others.
  std::vector<TargetGroup> groups = read_target_groups(node, path, true, problems);
  if (!problems.ok()) {
    ++errors_;
    log::warn("collect", "discovery file keeps its last good targets: {}", problems.text());
    return false;
  }
  groups_[path] = std::move(groups);
  return true;
}

bool FileTargets::refresh(MonoTime now) {
  bool changed = false;
  std::set<std::string> present;
  for (const FileDiscovery& discovery : settings_) {
    for (const std::string& path : matching(discovery)) {
      struct stat info {};
      if (stat(path.c_str(), &info) != 0 || info.st_size > kFileBytesMax) { continue; }
      present.insert(path);
      Seen& seen = seen_[path];
      const int64_t changed_ns =
          static_cast<int64_t>(info.st_mtim.tv_sec) * 1'000'000'000 + info.st_mtim.tv_nsec;
      const bool same = seen.changed_ns == changed_ns && seen.size == info.st_size;
      if (same && now - seen.read_at < Nanos(discovery.refresh)) { continue; }
      seen = {changed_ns, info.st_size, now};
      changed |= read(path);
    }
  }
  std::erase_if(seen_, [&present](const auto& entry) { return present.count(entry.first) == 0; });
  changed |= std::erase_if(groups_, [&present](const auto& entry) {
               return present.count(entry.first) == 0;
             }) != 0;
  return changed;
}

}  // namespace vigie::collect
