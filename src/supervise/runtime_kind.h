#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "base/loop.h"
#include "config/config.h"
#include "model/effects.h"

/// How a unit may run: one file in runtimes/ per kind.
namespace vigie::supervise {

/// What runtimes need of the world; the daemon fills it.
struct Ground {
  Loop* loop = nullptr;
  std::string data_dir;     ///< Absolute: DATA/units and DATA/logs are below it.
  std::string book_dir;     ///< What a unit's `dir` is relative to.
  config::Secrets secrets;  ///< For {env: …} and {file: …} in a unit's environment.
};

/// One living instance.
struct Instance {
  int64_t pid = 0;
  uint64_t start_time = 0;  ///< Kernel start time, ticks: with the pid it names one process.
  bool adopted = false;     ///< It was alive before we looked.
  int pidfd = -1;           ///< The caller's; readable when it ended.
};

struct StartOrder {
  const Ground* ground = nullptr;  ///< Outlives the order.
  EffectId effect;
  std::string unit;
  config::Node settings;  ///< The runtime's section.
  bool adopt_only = false;
};

struct StopOrder {
  const Ground* ground = nullptr;
  std::string unit;
  int64_t pid = 0;
  uint64_t start_time = 0;
  int signal = 15;
  Millis grace{0};
  /// True when the stop is needless from now on, since the unit has been started again; may be
  /// empty.
  std::function<bool()> superseded;
};

struct RuntimeKind {
  std::string_view name;
  std::string_view summary;
  std::string_view since;
  std::span<const config::Field> fields;
  std::string_view example;  ///< YAML of its section.
  /// What the field table cannot say.
  void (*check)(const config::Settings& settings, config::Problems& problems) = nullptr;
  /// Adopts the living instance, else starts one. Errors: `not_found` when only adoption was
  /// wanted and none lives, else why it cannot start; `cancelled` leaves no trace to settle
  /// wrongly.
  Task<Result<Instance>> (*start)(StartOrder order) = nullptr;
  /// Ends the whole process tree; good when nothing of it lives. `timeout` when it will not end.
  Task<Status> (*stop)(StopOrder order) = nullptr;
};

std::span<const RuntimeKind* const> runtime_kinds();
const RuntimeKind* find_runtime(std::string_view name);

}  // namespace vigie::supervise
