import { describe, expect, it } from "vitest";
import { countdown, dayTime, duration, fromField, parseTime, shortDuration, toField, until } from "./time";

const kParis = "Europe/Paris";
const at = (text: string) => Date.parse(text);

describe("duration", () => {
  it("shows the two largest units, rounded down", () => {
    expect(duration(252_000)).toBe("4 min 12 s");
    expect(duration(7_199_999)).toBe("1 h 59 min");
    expect(duration(3 * 86_400_000 + 4 * 3_600_000 + 59_000)).toBe("3 d 4 h");
  });

  it("leaves out a unit that is zero", () => {
    expect(duration(60_000)).toBe("1 min");
    expect(duration(3_600_000 + 5_000)).toBe("1 h");
  });

  it("counts in milliseconds below a second and never below zero", () => {
    expect(duration(340)).toBe("340 ms");
    expect(duration(-5000)).toBe("0 s");
    expect(duration(NaN)).toBe("0 s");
  });

  it("has a short form of one unit", () => {
    expect(shortDuration(4 * 60_000 + 59_000)).toBe("4 min");
  });
});

describe("countdown", () => {
  it("rounds up, so that it ends when the moment has come", () => {
    expect(countdown(160_001)).toBe("2:41");
    expect(countdown(1)).toBe("0:01");
    expect(countdown(0)).toBe("0:00");
    expect(countdown(-10)).toBe("0:00");
  });

  it("gains hours when it needs them and words beyond a day", () => {
    expect(countdown(3_600_000 + 62_000)).toBe("1:01:02");
    expect(countdown(26 * 3_600_000)).toBe("1 d 2 h");
  });

  it("in words, says any moment once it is due", () => {
    expect(until(161_000)).toBe("in 2 min 41 s");
    expect(until(0)).toBe("any moment");
  });
});

describe("moments in the book's zone", () => {
  const now = at("2026-01-13T13:02:00Z");

  it("says the clock today, the weekday near, the date far", () => {
    expect(dayTime(now, kParis, now)).toBe("14:02");
    expect(dayTime(at("2026-01-14T08:00:00Z"), kParis, now)).toBe("Wed 09:00");
    expect(dayTime(at("2026-02-20T08:00:00Z"), kParis, now)).toBe("20 Feb 09:00");
    expect(dayTime(at("2025-01-20T08:00:00Z"), kParis, now)).toBe("20 Jan 2025 09:00");
  });

  it("counts days by the zone's midnight, not by UTC's", () => {
    expect(dayTime(at("2026-01-13T23:30:00Z"), kParis, now)).toBe("Wed 00:30");
  });

  it("falls back to UTC for a zone it does not know", () => {
    expect(dayTime(now, "Nowhere/Land", now)).toBe("13:02");
  });

  it("reads nothing from nonsense", () => {
    expect(parseTime("soon")).toBeNull();
    expect(parseTime(null)).toBeNull();
  });
});

describe("a date-and-time field", () => {
  it("goes there and back", () => {
    const instant = at("2026-07-01T07:00:00Z");
    expect(toField(instant, kParis)).toBe("2026-07-01 09:00");
    expect(fromField("2026-07-01 09:00", kParis)).toBe(instant);
    expect(fromField("2026-07-01T09:00", kParis)).toBe(instant);
  });

  it("takes a time alone as one of today", () => {
    expect(fromField("9:05", kParis, at("2026-07-01T22:30:00Z"))).toBe(at("2026-07-02T07:05:00Z"));
    expect(fromField("9:05", kParis)).toBeNull();
  });

  it("takes the next instant that exists when the clocks skip the time", () => {
    expect(fromField("2026-03-29T02:30", kParis)).toBe(at("2026-03-29T01:00:00Z"));
  });

  it("takes the first of two when the time happens twice", () => {
    expect(fromField("2026-10-25T02:30", kParis)).toBe(at("2026-10-25T00:30:00Z"));
  });

  it("refuses what is not a time", () => {
    for (const text of ["", "noon", "2026-07-01", "2026-13-01 09:00", "25:00", "9:00 PM"]) expect(fromField(text, kParis, at("2026-07-01T07:00:00Z"))).toBeNull();
  });
});
