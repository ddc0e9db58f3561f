#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/time.h"
#include "base/zone.h"
#include "config/node.h"
#include "config/problems.h"

namespace vigie::alerting {

/// First and last, both included. Days of the month count from -1, the last, backwards too.
struct DayRange {
  int begin = 0, end = 0;
};

/// One entry of Alertmanager's time_intervals: every part that is written must match.
struct TimeSpan {
  std::vector<DayRange> minutes;   ///< Of the day; here `end` is not included.
  std::vector<DayRange> weekdays;  ///< 0 is Sunday.
  std::vector<DayRange> days_of_month;
  std::vector<DayRange> months;
  std::vector<DayRange> years;
  Zone zone;

  bool covers(WallTime t) const;
};

/// Named intervals of a book, by name; an alert's route refers to them.
class TimeIntervals {
 public:
  /// `time_intervals` and the older `mute_time_intervals` of the book. Entries without a location
  /// are in UTC, as Alertmanager's are.
  static TimeIntervals read(const config::Node& root, config::Problems& problems);

  bool has(const std::string& name) const { return named_.contains(name); }
  /// False for a name that does not exist.
  bool covers(const std::string& name, WallTime t) const;
  std::vector<std::string> names() const;

 private:
  std::map<std::string, std::vector<TimeSpan>> named_;
};

}  // namespace vigie::alerting
