#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "collect/text_writer.h"
#include "config/field.h"

namespace vigie::collect {

/// One of Vigie's own units, as supervise knows it.
struct UnitProcess {
  std::string unit;
  pid_t pid = 0;  ///< 0: not running.
  uint64_t restarts = 0;
};
using UnitSource = std::function<std::vector<UnitProcess>()>;

struct CollectorContext {
  std::string proc = "/proc";  ///< Another root in tests.
  std::string sys = "/sys";
  UnitSource units;  ///< May be empty.
};

/// Measures what is at hand. Lives on: edge; must be quick, since it reads files only.
class Collector {
 public:
  virtual ~Collector() = default;
  /// An error fails the whole round (`up` is 0); what one family lacks is simply not written.
  virtual Status collect(WallTime now, TextWriter& out) = 0;
};

/// One file under collectors/ defines one of these.
struct CollectorKind {
  std::string_view name;
  std::string_view summary;
  std::string_view since;
  bool on_by_default = false;
  std::span<const config::Field> fields;
  std::string_view example;
  std::unique_ptr<Collector> (*make)(const config::Settings& settings, CollectorContext context,
                                     config::Problems& problems);
};

/// Every kind, sorted by name; generated from the files under collectors/.
std::span<const CollectorKind* const> collector_kinds();

}  // namespace vigie::collect
