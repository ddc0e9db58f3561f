#include "oncall/schedule.h"

#include <gtest/gtest.h>

#include <array>

#include "base/random.h"

namespace vigie::oncall {
namespace {

WallTime at(std::string_view text) {
  return *parse_rfc3339(text);
}
LocalTime local(std::string_view text) {
  return *parse_local(text);
}

Schedule rota(std::string_view zone, Millis every, std::string_view from,
              std::vector<std::string> people) {
  Schedule out{.name = "core", .zone = *find_zone(zone)};
  out.layers.push_back({.every = every, .from = local(from), .people = std::move(people)});
  return out;
}

TEST(Schedule, TurnsOfDaysFollowTheClockOnTheWall) {
  const Schedule core = rota("Europe/Paris", 72h, "2026-01-02 09:00", {"ana", "ben", "cho"});
  struct Case {
    std::string_view now, person, until, next;
  };
  const Case cases[] = {
      {"2026-01-02T08:00:00Z", "ana", "2026-01-05T08:00:00Z", "ben"},
      {"2026-01-05T07:59:59.999Z", "ana", "2026-01-05T08:00:00Z", "ben"},
      {"2026-01-05T08:00:00Z", "ben", "2026-01-08T08:00:00Z", "cho"},
      // Fri 27 March 09:00 CET to Mon 30 March 09:00 CEST: 71 hours.
      {"2026-03-27T08:00:00Z", "ben", "2026-03-30T07:00:00Z", "cho"},
      {"2026-03-30T06:59:59.999Z", "ben", "2026-03-30T07:00:00Z", "cho"},
      // Fri 23 October 09:00 CEST to Mon 26 October 09:00 CET: 73 hours.
      {"2026-10-23T07:00:00Z", "cho", "2026-10-26T08:00:00Z", "ana"},
      {"2026-10-26T07:30:00Z", "cho", "2026-10-26T08:00:00Z", "ana"},
  };
  for (const Case& c : cases) {
    const Shift shift = who(core, at(c.now));
    EXPECT_EQ(shift.duty.person, c.person) << c.now;
    ASSERT_TRUE(shift.until) << c.now;
    EXPECT_EQ(rfc3339(*shift.until), c.until) << c.now;
    EXPECT_EQ(shift.next.person, c.next) << c.now;
    EXPECT_EQ(who_next(core, at(c.now)), c.next) << c.now;
  }
}

TEST(Schedule, OtherLengthsAreElapsedTime) {
  const Schedule core = rota("Europe/Paris", 36h, "2026-03-28 09:00", {"ana", "ben"});
  EXPECT_EQ(rfc3339(*who(core, at("2026-03-28T08:00:00Z")).until), "2026-03-29T20:00:00Z");
}

TEST(Schedule, HandsOverInTheHourThatIsMissing) {
  const Schedule core = rota("Europe/Paris", 24h, "2026-03-01 02:30", {"ana", "ben"});
  // 29 March 02:30 does not exist: 03:00 CEST it is.
  EXPECT_EQ(duty_at(core, at("2026-03-29T00:59:59.999Z")).person, "ben");
  EXPECT_EQ(duty_at(core, at("2026-03-29T01:00:00Z")).person, "ana");
  EXPECT_EQ(rfc3339(*who(core, at("2026-03-29T01:00:00Z")).until), "2026-03-30T00:30:00Z");
}

TEST(Schedule, HandsOverOnceInTheHourThatOccursTwice) {
  const Schedule core = rota("Europe/Paris", 24h, "2026-10-01 02:30", {"ana", "ben"});
  EXPECT_EQ(duty_at(core, at("2026-10-25T00:29:59.999Z")).person, "ben");
  EXPECT_EQ(duty_at(core, at("2026-10-25T00:30:00Z")).person, "ana");
  EXPECT_EQ(duty_at(core, at("2026-10-25T01:30:00Z")).person, "ana");
  EXPECT_EQ(rfc3339(*who(core, at("2026-10-25T01:00:00Z")).until), "2026-10-26T01:30:00Z");
}

TEST(Schedule, HasNobodyBeforeItsStart) {
  const Schedule core = rota("UTC", 24h, "2026-01-05 09:00", {"ana", "ben"});
  const Shift shift = who(core, at("2025-12-01T00:00:00Z"));
  EXPECT_EQ(shift.duty.person, "");
  EXPECT_EQ(rfc3339(*shift.until), "2026-01-05T09:00:00Z");
  EXPECT_EQ(shift.next.person, "ana");
}

TEST(Schedule, NeverChangesWithOnePerson) {
  const Schedule core = rota("UTC", 24h, "2026-01-05 09:00", {"ana"});
  const Shift shift = who(core, at("2026-02-01T00:00:00Z"));
  EXPECT_EQ(shift.duty.person, "ana");
  EXPECT_FALSE(shift.until);
  EXPECT_EQ(who_next(core, at("2026-02-01T00:00:00Z")), "");
}

TEST(Schedule, CoversReplaceWhoeverOrOnlyOne) {
  Schedule core = rota("UTC", 24h, "2026-01-05 09:00", {"ana", "ben"});
  core.covers.push_back({at("2026-01-05T18:00:00Z"), at("2026-01-06T12:00:00Z"), "cho", ""});
  Shift shift = who(core, at("2026-01-05T10:00:00Z"));
  EXPECT_EQ(shift.duty.person, "ana");
  EXPECT_EQ(rfc3339(*shift.until), "2026-01-05T18:00:00Z");
  EXPECT_EQ(shift.next.person, "cho");
  // One shift for people, although the covered person changes at nine.
  shift = who(core, at("2026-01-05T18:00:00Z"));
  EXPECT_EQ(shift.duty.person, "cho");
  EXPECT_EQ(shift.duty.covered, "ana");
  EXPECT_EQ(rfc3339(*shift.until), "2026-01-06T12:00:00Z");
  EXPECT_EQ(shift.next.person, "ben");

  core.covers = {{at("2026-01-05T18:00:00Z"), at("2026-01-06T12:00:00Z"), "cho", "ben"}};
  EXPECT_EQ(duty_at(core, at("2026-01-05T20:00:00Z")).person, "ana");
  EXPECT_EQ(duty_at(core, at("2026-01-06T09:00:00Z")).person, "cho");
  EXPECT_EQ(duty_at(core, at("2026-01-06T12:00:00Z")).person, "ben");
}

TEST(Schedule, CoversAreNotTransitiveAndTheLaterWins) {
  Schedule core = rota("UTC", 24h, "2026-01-05 09:00", {"ana", "ben"});
  const WallTime from = at("2026-01-05T10:00:00Z");
  const WallTime to = at("2026-01-05T20:00:00Z");
  core.covers = {{from, to, "ben", "ana"}, {from, to, "cho", "ben"}};
  EXPECT_EQ(duty_at(core, from).person, "ben");
  core.covers = {{from, to, "ben", ""}, {from, to, "cho", ""}};
  EXPECT_EQ(duty_at(core, from).person, "cho");
}

TEST(Schedule, TheFirstLayerOnDutyWins) {
  Schedule core = rota("Europe/Paris", 168h, "2026-01-05 09:00", {"ana"});
  core.layers[0].between = {*parse_weekly_span("Mon..Fri 09:00..18:00")};
  core.layers.push_back({.every = 168h, .from = local("2026-01-05 09:00"), .people = {"ben"}});
  const Shift friday = who(core, at("2026-01-09T16:59:59Z"));
  EXPECT_EQ(friday.duty.person, "ana");
  EXPECT_EQ(rfc3339(*friday.until), "2026-01-09T17:00:00Z");
  const Shift weekend = who(core, at("2026-01-09T17:00:00Z"));
  EXPECT_EQ(weekend.duty.person, "ben");
  EXPECT_EQ(weekend.duty.layer, 2);
  EXPECT_EQ(rfc3339(*weekend.until), "2026-01-12T08:00:00Z");
  EXPECT_EQ(weekend.next.person, "ana");
}

TEST(Schedule, AHoleIsAShiftOfNobody) {
  Schedule core = rota("UTC", 168h, "2026-01-05 00:00", {"ana", "ben"});
  core.layers[0].between = {*parse_weekly_span("Mon..Fri")};
  const Shift shift = who(core, at("2026-01-10T00:00:00Z"));
  EXPECT_EQ(shift.duty.person, "");
  EXPECT_EQ(rfc3339(*shift.until), "2026-01-12T00:00:00Z");
  EXPECT_EQ(who_next(core, at("2026-01-09T00:00:00Z")), "ben");
}

TEST(WeeklySpan, CoversWhatItSays) {
  struct Case {
    std::string_view span, local;
    bool covers;
  };
  // 5 January 2026 is a Monday.
  const Case cases[] = {
      {"Fri 17:00..Mon 08:00", "2026-01-09 16:59:59", false},
      {"Fri 17:00..Mon 08:00", "2026-01-09 17:00", true},
      {"Fri 17:00..Mon 08:00", "2026-01-11 23:59", true},
      {"Fri 17:00..Mon 08:00", "2026-01-12 07:59:59", true},
      {"Fri 17:00..Mon 08:00", "2026-01-12 08:00", false},
      {"Mon..Thu 20:00..08:00", "2026-01-05 07:00", false},
      {"Mon..Thu 20:00..08:00", "2026-01-05 20:00", true},
      {"Mon..Thu 20:00..08:00", "2026-01-09 07:59", true},
      {"Mon..Thu 20:00..08:00", "2026-01-09 20:00", false},
      {"08:00..18:00", "2026-01-10 12:00", true},
      {"08:00..18:00", "2026-01-10 18:00", false},
      {"Sat,Sun", "2026-01-11 23:59:59", true},
      {"Sat,Sun", "2026-01-12 00:00", false},
      {"Fri..Mon 00:00..24:00", "2026-01-12 23:59:59", true},
      {"Mon 08:00..Mon 08:00", "2026-01-08 00:00", true},
  };
  for (const Case& c : cases) {
    const Result<WeeklySpan> span = parse_weekly_span(c.span);
    ASSERT_TRUE(span) << c.span;
    EXPECT_EQ(span->covers(local(c.local)), c.covers) << c.span << " at " << c.local;
  }
  for (const std::string_view bad :
       {"", "Mo", "Mon..", "Mon 08:00", "25:00..26:00", "Mon..Fri 08:00", "..", ":", "Mon..Fri ..",
        "Fri 17:00..Moo 08:00", "24:00..08:00"}) {
    EXPECT_FALSE(parse_weekly_span(bad)) << bad;
  }
}

/// The same answer as looking at every quarter of an hour, over a year with both changes.
TEST(Schedule, AgreesWithANaiveWalk) {
  for (const uint64_t seed : {1, 2, 3, 4, 5, 6}) {
    Random random{seed};
    const std::array<std::string_view, 3> zones = {"Europe/Paris", "Australia/Lord_Howe",
                                                   "America/New_York"};
    const std::array<std::string_view, 4> spans = {"Mon..Fri 09:00..18:00", "Sat,Sun",
                                                   "Fri 17:00..Mon 08:00", "22:30..02:30"};
    const std::array<Millis, 5> lengths = {12h, 24h, 36h, 72h, 168h};
    Schedule core =
        rota(zones[seed % 3], random.pick(lengths), "2026-01-05 02:30", {"ana", "ben", "cho"});
    core.layers[0].between = {*parse_weekly_span(random.pick(spans))};
    core.layers.push_back({.every = random.pick(lengths),
                           .from = local("2026-01-08 09:00"),
                           .people = {"ben", "cho"}});
    core.covers.push_back({at("2026-03-28T10:00:00Z"), at("2026-03-29T01:00:00Z"), "ana", ""});
    const WallTime end = at("2026-12-01T00:00:00Z");
    for (WallTime now = at("2026-01-01T00:00:00Z"); now < end;) {
      const Shift shift = who(core, now);
      const WallTime until = std::min(shift.until.value_or(end), end);
      for (WallTime t = now; t < until; t += 15min) {
        ASSERT_EQ(duty_at(core, t).person, shift.duty.person) << seed << " " << rfc3339(t);
      }
      if (until < end) {
        ASSERT_EQ(duty_at(core, until - 1ms).person, shift.duty.person) << seed;
        ASSERT_NE(duty_at(core, until).person, shift.duty.person) << seed << rfc3339(until);
      }
      now = until;
    }
  }
}

}  // namespace
}  // namespace vigie::oncall
