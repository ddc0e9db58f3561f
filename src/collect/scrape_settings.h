#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "collect/http_access.h"
#include "collect/relabel.h"
#include "collect/target_series.h"
#include "config/field.h"

namespace vigie::collect {

/// Targets that share labels: one entry of static_configs, one of a discovery file.
struct TargetGroup {
  std::vector<std::string> addresses;
  std::vector<Labels::Pair> labels;
};

/// One entry of file_sd_configs.
struct FileDiscovery {
  std::vector<std::string> patterns;  ///< A glob in the last part of the path only.
  Millis refresh{0};
};

/// One entry of scrape_configs, with what it inherits from `global`.
struct ScrapeSettings {
  std::string job;
  Millis interval{0}, timeout{0};
  std::string scheme, path;
  std::vector<std::pair<std::string, std::vector<std::string>>> params;  ///< Sorted by name.
  HttpAccess access;
  std::string accept;               ///< The Accept header.
  std::optional<Grammar> fallback;  ///< When the Content-Type says nothing we know.
  bool extra_metrics = false;
  IngestRules ingest;  ///< Without target labels.
  RelabelRules relabel;
  std::vector<TargetGroup> groups;  ///< static_configs.
  std::vector<FileDiscovery> files;
  std::string text;         ///< The whole section as one line: equal text, equal behaviour.
  std::string ingest_text;  ///< What decides how written series become labels.
};
using ScrapeSettingsPtr = std::shared_ptr<const ScrapeSettings>;

/// Reads `global` and `scrape_configs` of a book; everything wrong goes to `problems`.
std::vector<ScrapeSettingsPtr> read_scrape_configs(const config::Node& root,
                                                   config::Problems& problems);

/// Reads a list of {targets, labels}, from the book or a discovery file. When they are relabelled
/// (or skipped one by one, as a discovery file's) addresses may be anything until then.
std::vector<TargetGroup> read_target_groups(const config::Node& node, std::string_view key,
                                            bool relabelled, config::Problems& problems);

/// The table of a scrape config, for the reference.
std::span<const config::Field> scrape_fields();

}  // namespace vigie::collect
