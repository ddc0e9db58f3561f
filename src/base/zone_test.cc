#include "base/zone.h"

#include <gtest/gtest.h>

namespace vigie {
namespace {

Zone zone(std::string_view name) {
  return *find_zone(name);
}
LocalTime local(std::string_view text) {
  return *parse_local(text);
}

TEST(Zone, IsFoundByNameOnly) {
  EXPECT_EQ(zone("Europe/Paris").name(), "Europe/Paris");
  EXPECT_EQ(zone("UTC").name(), "UTC");
  for (const std::string_view bad : {"", "Europe/Pari", "/etc/passwd", "../etc/passwd", "Mars"}) {
    EXPECT_EQ(find_zone(bad).error().code, Code::not_found) << bad;
  }
}

TEST(Zone, TurnsLocalTimesIntoInstants) {
  struct Case {
    std::string_view zone, local;
    Fold fold;
    std::string_view wall;
  };
  const Case cases[] = {
      {"UTC", "2026-03-29 02:30", Fold::first, "2026-03-29T02:30:00Z"},
      {"Europe/Paris", "2026-01-05 09:00", Fold::first, "2026-01-05T08:00:00Z"},
      {"Europe/Paris", "2026-03-29 01:59:59", Fold::first, "2026-03-29T00:59:59Z"},
      // Does not exist: the next instant that does is 03:00 CEST.
      {"Europe/Paris", "2026-03-29 02:00", Fold::first, "2026-03-29T01:00:00Z"},
      {"Europe/Paris", "2026-03-29 02:30", Fold::first, "2026-03-29T01:00:00Z"},
      {"Europe/Paris", "2026-03-29 02:30", Fold::second, "2026-03-29T01:00:00Z"},
      {"Europe/Paris", "2026-03-29 03:00", Fold::first, "2026-03-29T01:00:00Z"},
      // Occurs twice.
      {"Europe/Paris", "2026-10-25 02:30", Fold::first, "2026-10-25T00:30:00Z"},
      {"Europe/Paris", "2026-10-25 02:30", Fold::second, "2026-10-25T01:30:00Z"},
      {"Europe/Paris", "2026-10-25 03:00", Fold::first, "2026-10-25T02:00:00Z"},
      // Half an hour only, and a day that never was.
      {"Australia/Lord_Howe", "2026-10-04 02:15", Fold::first, "2026-10-03T15:30:00Z"},
      {"Pacific/Apia", "2011-12-30 12:00", Fold::first, "2011-12-30T10:00:00Z"},
  };
  for (const Case& c : cases) {
    EXPECT_EQ(rfc3339(wall_of(local(c.local), zone(c.zone), c.fold)), c.wall)
        << c.zone << " " << c.local;
  }
}

TEST(Zone, LocalOfIsTheInverseOutsideFolds) {
  const Zone paris = zone("Europe/Paris");
  for (WallTime at = *parse_rfc3339("2026-01-01T00:00:00Z");
       at < *parse_rfc3339("2027-01-01T00:00:00Z"); at += 7h) {
    const LocalTime shown = local_of(at, paris);
    const bool first = wall_of(shown, paris, Fold::first) == at;
    const bool second = wall_of(shown, paris, Fold::second) == at;
    EXPECT_TRUE(first || second) << rfc3339(at);
  }
}

TEST(Zone, ParsesWhatPeopleWriteAndNothingElse) {
  for (const std::string_view good :
       {"2026-01-05", "2026-01-05 09:00", "2026-01-05T09:00", "2026-01-05 09:00:30"}) {
    EXPECT_TRUE(parse_local(good)) << good;
  }
  for (const std::string_view bad :
       {"", "2026", "2026-02-30", "2026-01-05 24:00", "2026-01-05 09", "2026-01-05 09:00 ",
        "2026-01-05 09:00:61", "-026-01-05", "2026-01-05x09:00", "2026-13-01"}) {
    EXPECT_EQ(parse_local(bad).error().code, Code::invalid) << bad;
  }
  const Zone paris = zone("Europe/Paris");
  EXPECT_EQ(rfc3339(*parse_wall("2026-07-01 09:00", paris, Fold::first)), "2026-07-01T07:00:00Z");
  EXPECT_EQ(rfc3339(*parse_wall("2026-07-01T09:00:00+04:00", paris, Fold::first)),
            "2026-07-01T05:00:00Z");
  EXPECT_FALSE(parse_wall("tomorrow", paris, Fold::first));
}

TEST(Zone, FormatsForPeople) {
  const Zone paris = zone("Europe/Paris");
  EXPECT_EQ(format_for_people(*parse_rfc3339("2026-03-28T08:00:00Z"), paris),
            "Sat 28 Mar 09:00 CET");
  EXPECT_EQ(format_for_people(*parse_rfc3339("2026-03-29T07:00:00Z"), paris),
            "Sun 29 Mar 09:00 CEST");
  EXPECT_EQ(format_for_people(wall_from_millis(0), Zone{}), "Thu 1 Jan 00:00 UTC");
  EXPECT_EQ(civil_day(local("1969-12-31 23:00")).weekday(), 2);
}

}  // namespace
}  // namespace vigie
