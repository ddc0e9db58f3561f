#pragma once

#include <optional>
#include <string>
#include <vector>

#include "collect/scrape_settings.h"

namespace vigie::collect {

/// One thing to scrape, after discovery and relabeling.
struct Target {
  Labels discovered;  ///< Before relabeling.
  Labels labels;      ///< After it, without `__` names: what every sample gets.
  std::string url;
  Millis interval{0}, timeout{0};
  uint64_t hash = 0;  ///< Over all labels and the URL; decides the phase, names the target.
};

/// What became of the targets of one job.
struct TargetList {
  std::vector<Target> active;
  std::vector<Labels> dropped;      ///< Discovered labels of those that relabeling dropped.
  std::vector<std::string> errors;  ///< Of those that make no sense.
};

/// Whether something can be scraped there: host:port, or a host whose port is the scheme's.
Status check_target_address(std::string_view address);

/// Adds the job's labels to what was discovered, relabels, and makes the URL; targets that come
/// out equal are one. `source` becomes `__meta_filepath` when it is not empty.
void add_targets(const ScrapeSettings& settings, const TargetGroup& group,
                 const std::string& source, TargetList& out);

}  // namespace vigie::collect
