#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace vigie::stage {

struct StoredAlarm {
  std::string id, device, kind;
  WallTime at;
};

/// When a device was last heard, and whether that is recent enough.
struct Device {
  WallTime last_activity;
  bool active = true;
};

/// ThingsBoard's database: SQLite, tables alarms(id, device, kind, at) and
/// devices(name, last_activity, active). Lives on: the loop; each call takes well below a
/// millisecond, because the stage's data may be lost with the machine (synchronous is off).
/// Limits: the newest 10,000 alarms.
class AlarmStore {
 public:
  /// ":memory:" keeps nothing. Errors: `io`.
  static Result<std::unique_ptr<AlarmStore>> open(const std::string& path);
  ~AlarmStore();

  /// Once per id. Errors: `io`.
  Status save(const StoredAlarm& alarm);
  Status save(const std::map<std::string, Device>& devices);
  std::map<std::string, Device> devices();
  /// `not_found`.
  Result<StoredAlarm> find(const std::string& id);
  int64_t alarms();

 private:
  AlarmStore();
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace vigie::stage
