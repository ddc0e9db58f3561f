#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "collect/collector_kind.h"
#include "collect/rounds.h"
#include "collect/text_target.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::collect {

/// One entry of `collectors`, or a default that nobody switched off.
struct CollectorEntry {
  const CollectorKind* kind = nullptr;
  Millis every{0};
  config::Node settings;
  std::string text;
};
std::vector<CollectorEntry> read_collectors(const config::Node& root,
                                            const CollectorContext& context,
                                            config::Problems& problems);

/// Runs the built-in collectors; their samples carry job=KIND and instance=HOST.
class Collecting {
 public:
  Collecting(Loop& loop, Rounds& rounds, CollectorContext context, std::string instance,
             SampleSink sink);
  ~Collecting();
  void adopt(std::vector<CollectorEntry> entries);

 private:
  class Round;
  Loop& loop_;
  Rounds& rounds_;
  const CollectorContext context_;
  const std::string instance_;
  const SampleSink sink_;
  std::map<std::string, std::shared_ptr<Round>> running_;
};

}  // namespace vigie::collect
