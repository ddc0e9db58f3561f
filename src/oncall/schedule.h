#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "oncall/weekly.h"

/// Who is on call when: pure arithmetic over layers and covers, nothing stored, nothing drifts.
namespace vigie::oncall {

/// People who take turns. A turn of a multiple of 24 h is civil days in the schedule's zone (72 h
/// over a night when the clocks change lasts 71 or 73); any other length is elapsed time. A
/// hand-over at a time that does not exist happens at the next instant that does; at a time that
/// occurs twice, the first. Nobody before `from`.
struct Layer {
  Millis every{0};  ///< At least a minute.
  LocalTime from;
  std::vector<std::string> people;  ///< Not empty.
  std::vector<WeeklySpan> between;  ///< Empty: always on duty.
};

/// [from, to): `person` is on call instead of whoever would be, or only instead of `instead_of`.
/// Not transitive; of two at once the later written wins.
struct Cover {
  WallTime from, to;
  std::string person;
  std::string instead_of;
};

struct Schedule {
  std::string name;
  Zone zone;
  /// The first layer that has somebody on duty wins.
  std::vector<Layer> layers;
  std::vector<Cover> covers;
};

/// Who holds the pager at an instant, and why.
struct Duty {
  std::string person;   ///< "" nobody.
  int64_t layer = 0;    ///< From 1; 0 when nobody.
  std::string covered;  ///< Whom `person` stands in for, "" without a cover.

  bool operator==(const Duty&) const = default;
};

/// A stretch of time with the same person.
struct Shift {
  Duty duty;
  /// When somebody else (or nobody) takes over; nullopt: not within 400 days.
  std::optional<WallTime> until;
  Duty next;  ///< From `until` on.
};

Duty duty_at(const Schedule& schedule, WallTime at);
/// The next instant after `at` when the answer might change; nullopt: never.
std::optional<WallTime> next_change(const Schedule& schedule, WallTime at);
/// Who, until when, and who then. A few hundred steps at worst.
Shift who(const Schedule& schedule, WallTime at);
/// The next person after the one on call at `at`, holes skipped; "" when nobody else ever is.
std::string who_next(const Schedule& schedule, WallTime at);
/// The instant of a layer's hand-over number `turn` (0: its start).
WallTime hand_over(const Layer& layer, const Zone& zone, int64_t turn);

}  // namespace vigie::oncall
