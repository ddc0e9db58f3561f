#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace date {
class time_zone;
}

namespace vigie {

struct Local {
  using rep = int64_t;
  using period = std::milli;
  using duration = std::chrono::milliseconds;
};

/// What a clock on the wall of some place shows; an instant only together with a zone and a choice.
using LocalTime = std::chrono::time_point<Local, Local::duration>;

/// Which of two instants a local time means when the clocks go back and it occurs twice.
enum class Fold : uint8_t { first, second };

/// A place's civil time, from the system's IANA data. Cheap to copy, readable from any thread;
/// made by find_zone. A Zone made by default is UTC.
class Zone {
 public:
  Zone() = default;
  std::string_view name() const;
  bool operator==(const Zone&) const = default;

 private:
  friend Result<Zone> find_zone(std::string_view name);
  friend LocalTime local_of(WallTime at, const Zone& zone);
  friend WallTime wall_of(LocalTime local, const Zone& zone, Fold fold);
  friend std::string zone_abbreviation(WallTime at, const Zone& zone);
  const date::time_zone* zone_ = nullptr;
};

/// "Europe/Paris", "UTC". `not_found` for a name the system's data does not have.
Result<Zone> find_zone(std::string_view name);

LocalTime local_of(WallTime at, const Zone& zone);
/// A time that does not exist (clocks went forward over it) is the next instant that does; of a
/// time that occurs twice the caller says which.
WallTime wall_of(LocalTime local, const Zone& zone, Fold fold);
/// "CET", "CEST", "+03" where the zone has no letters.
std::string zone_abbreviation(WallTime at, const Zone& zone);

/// "2026-01-05 09:00", "2026-01-05T09:00:30", "2026-01-05". Errors: `invalid`.
Result<LocalTime> parse_local(std::string_view text);
/// The same in `zone`, or RFC 3339, which brings its own offset.
Result<WallTime> parse_wall(std::string_view text, const Zone& zone, Fold fold);

/// For people: "Sat 29 Mar 09:00 CET"; seconds are left out.
std::string format_for_people(WallTime at, const Zone& zone);
/// Days since 1970-01-01 and the milliseconds since that day's midnight.
struct CivilDay {
  int64_t days = 0;
  Millis since_midnight{0};
  /// 0 is Monday.
  int weekday() const;
};
CivilDay civil_day(LocalTime local);

}  // namespace vigie
