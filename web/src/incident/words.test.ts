import { describe, expect, it } from "vitest";
import { incidentWorld } from "../../mock/world.mjs";
import type { Now } from "../api/types";
import { headlineText, nextText } from "./words";

const kNow = Date.parse("2026-01-13T13:00:00Z");
const saying = (sentence: string, what: string): Now => {
  const now = { ...(incidentWorld(kNow) as unknown as Now), sentence };
  now.incidents[0]!.next = { at: "2026-01-13T13:29:00Z", what };
  return now;
};
const kRun = '"A service hangs, lags or loses messages" has helped by then, or somebody is paged';

describe("what happens next", () => {
  it("reads as a sentence beside its countdown", () => {
    expect(nextText(kRun)).toBe("somebody is paged unless “A service hangs, lags or loses messages” has helped by then");
    expect(nextText("somebody is paged unless it is over by then")).toBe("somebody is paged unless it is over by then");
  });
});

describe("the headline", () => {
  it("is the API's sentence", () => {
    const now = saying("Heartbeats stop at datajs; Ana has it.", "ben is mailed");
    expect(headlineText(now, kNow)).toBe("Heartbeats stop at datajs; Ana has it.");
  });

  it("says until when a runbook has time, without its title", () => {
    expect(headlineText(saying(`event does not answer; next: ${kRun}.`, kRun), kNow)).toBe(
      "event does not answer; next: somebody is paged at 14:29 unless its runbook has helped.",
    );
  });

  it("never points at a moment that stands elsewhere", () => {
    const what = "somebody is paged unless it is over by then";
    expect(headlineText(saying(`event does not answer; next: ${what}.`, what), kNow)).toBe("event does not answer; next: somebody is paged unless it is over by 14:29.");
  });
});
