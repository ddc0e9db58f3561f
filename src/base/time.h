#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace vigie {

// Neither clock type has now(): nobody can ask these for the time. Shells hold a Clock&.
struct Wall {
  using rep = int64_t;
  using period = std::milli;
  using duration = std::chrono::milliseconds;
};
struct Mono {
  using rep = int64_t;
  using period = std::nano;
  using duration = std::chrono::nanoseconds;
};

/// An instant shown to people, stored, compared with schedules; milliseconds since 1970 UTC.
using WallTime = std::chrono::time_point<Wall, Wall::duration>;
/// A deadline or the end of an interval; meaningless after a restart.
using MonoTime = std::chrono::time_point<Mono, Mono::duration>;

using Millis = std::chrono::milliseconds;
using Nanos = std::chrono::nanoseconds;
using Seconds = std::chrono::seconds;
using namespace std::chrono_literals;  // NOLINT

inline constexpr int64_t to_millis(WallTime t) {
  return t.time_since_epoch().count();
}
inline constexpr WallTime wall_from_millis(int64_t ms) {
  return WallTime{Millis{ms}};
}
inline constexpr double to_seconds(Millis d) {
  return static_cast<double>(d.count()) / 1000.0;
}
inline constexpr double to_seconds(WallTime t) {
  return to_seconds(t.time_since_epoch());
}

/// Where shells ask for the time. Only base/clock_real.cc calls the system.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual WallTime wall() const = 0;
  virtual MonoTime mono() const = 0;
};

/// The machine's clock.
const Clock& real_clock();

/// A clock that moves only when told; any thread may read it.
class SimClock final : public Clock {
 public:
  explicit SimClock(WallTime start = wall_from_millis(1'767'225'600'000));  // 2026-01-01T00:00Z
  WallTime wall() const override;
  MonoTime mono() const override;
  void advance(Nanos by);
  /// An NTP step or a resume: wall time moves, monotonic time does not.
  void jump_wall(Millis by);

 private:
  std::atomic<int64_t> wall_ns_;
  std::atomic<int64_t> mono_ns_{1};
};

/// RFC 3339 in UTC with milliseconds when not zero: "2026-03-29T01:59:59.999Z".
std::string rfc3339(WallTime t);
Result<WallTime> parse_rfc3339(std::string_view text);

/// "1h30m", "90s", "250ms", "0"; Prometheus' units y w d h m s ms, largest first, each once.
std::string format_duration(Millis d);
/// Prometheus' duration grammar; also a bare "0". Errors: `invalid` with the offending text.
Result<Millis> parse_duration(std::string_view text);
/// For people: "3 min", "2 h 5 min", "4 d"; two units at most.
std::string humanize_duration(Millis d);

}  // namespace vigie
