import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

describe("the daemon's clock", () => {
  beforeEach(() => {
    vi.resetModules();
    vi.useFakeTimers({ now: Date.parse("2026-01-13T13:00:00Z") });
  });

  afterEach(() => void vi.useRealTimers());

  it("follows the date of an answer when the browser's clock is wrong", async () => {
    const clock = await import("./clock");
    clock.noteServerDate("Tue, 13 Jan 2026 13:10:00 GMT");
    expect(clock.serverNow() - Date.now()).toBe(600_500);
  });

  it("does not jitter over the part of a second that a date leaves out", async () => {
    const clock = await import("./clock");
    clock.noteServerDate("Tue, 13 Jan 2026 13:00:01 GMT");
    expect(clock.serverNow()).toBe(Date.now());
  });

  it("does not take an old document for a slow clock", async () => {
    const clock = await import("./clock");
    clock.noteDocument(Date.parse("2026-01-13T09:00:00Z"));
    expect(clock.serverNow()).toBe(Date.now());
    clock.noteDocument(Date.parse("2026-01-13T13:05:00Z"));
    expect(clock.serverNow() - Date.now()).toBe(300_000);
  });
});
