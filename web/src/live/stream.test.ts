import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Now } from "../api/types";
import { ApiError } from "../api/client";
import type { FeedListener } from "./feed";
import { kPollMs, kSilenceMs, Stream } from "./stream";

/** A source of events under the test's thumb, and a clock that only the test moves. */
class FakeWorld {
  time = 1_000_000;
  timers: { at: number; act: () => void }[] = [];
  feeds: { lastId: string | null; listener: FeedListener; closed: boolean }[] = [];
  shown: Now[] = [];
  signedOut = false;
  ask = vi.fn(async (): Promise<Now> => document(99));

  stream = new Stream({
    open: (lastId, listener) => {
      const feed = { lastId, listener, closed: false };
      this.feeds.push(feed);
      return { close: () => { feed.closed = true; } };
    },
    ask: () => this.ask(),
    timers: {
      now: () => this.time,
      set: (after, act) => {
        const timer = { at: this.time + after, act };
        this.timers.push(timer);
        return timer;
      },
      clear: (timer) => { this.timers = this.timers.filter((entry) => entry !== timer); },
    },
    random: () => 0.5,
    onNow: (now) => this.shown.push(now),
    onSignedOut: () => { this.signedOut = true; },
  });

  get feed() {
    return this.feeds.at(-1)!;
  }

  get state() {
    return this.stream.link.get().state;
  }

  async forward(ms: number) {
    const end = this.time + ms;
    for (;;) {
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at)[0];
      if (!due) break;
      this.timers = this.timers.filter((timer) => timer !== due);
      this.time = due.at;
      due.act();
      for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    }
    this.time = end;
  }

  send(seq: number) {
    this.feed.listener.event({ id: String(seq), name: "now", data: JSON.stringify(document(seq)) });
  }
}

const document = (seq: number) => ({ seq, at: "2026-01-13T13:00:00Z" }) as Now;

describe("Stream", () => {
  let world: FakeWorld;
  beforeEach(() => {
    world = new FakeWorld();
    world.stream.start();
  });

  it("goes live when the stream opens and shows what arrives", () => {
    expect(world.state).toBe("connecting");
    world.feed.listener.opened();
    world.send(7);
    expect(world.state).toBe("live");
    expect(world.shown.map((now) => now.seq)).toEqual([7]);
  });

  it("reconnects after the last event it has seen", async () => {
    world.feed.listener.opened();
    world.send(7);
    world.send(8);
    world.feed.listener.ended(null);
    expect(world.state).toBe("lost");
    await world.forward(500);
    expect(world.feeds).toHaveLength(2);
    expect(world.feed.lastId).toBe("8");
    world.feed.listener.opened();
    expect(world.state).toBe("live");
  });

  it("waits longer after each failure, at most fifteen seconds", async () => {
    const waits: number[] = [];
    world.ask.mockRejectedValue(new ApiError(0, "unreachable", "no"));
    for (let turn = 0; turn < 8; turn++) {
      world.feed.listener.ended(503);
      waits.push(world.stream.link.get().retryAt! - world.time);
      await world.forward(waits.at(-1)!);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15000, 15000, 15000]);
  });

  it("asks instead when the stream keeps failing, and stops asking when it is back", async () => {
    world.feed.listener.ended(503);
    await world.forward(500);
    expect(world.ask).not.toHaveBeenCalled();
    world.feed.listener.ended(503);
    await world.forward(0);
    expect(world.ask).toHaveBeenCalledTimes(1);
    expect(world.state).toBe("polling");
    await world.forward(kPollMs);
    expect(world.ask).toHaveBeenCalledTimes(2);
    world.feed.listener.opened();
    expect(world.state).toBe("live");
    await world.forward(3 * kPollMs);
    expect(world.ask).toHaveBeenCalledTimes(2);
  });

  it("says lost when asking fails too", async () => {
    world.feed.listener.ended(null);
    await world.forward(500);
    world.feed.listener.ended(null);
    await world.forward(0);
    expect(world.state).toBe("polling");
    world.ask.mockRejectedValue(new ApiError(0, "unreachable", "no"));
    await world.forward(kPollMs);
    expect(world.state).toBe("lost");
  });

  it("takes a silent line for a dead one, and a comment for a sign of life", async () => {
    world.feed.listener.opened();
    await world.forward(kSilenceMs - 1);
    world.feed.listener.beat();
    await world.forward(kSilenceMs - 1);
    expect(world.state).toBe("live");
    await world.forward(1);
    expect(world.feeds[0]!.closed).toBe(true);
    expect(world.state).toBe("lost");
  });

  it("tries at once when kicked, and only when it is not live", () => {
    world.feed.listener.opened();
    world.stream.kick();
    expect(world.feeds).toHaveLength(1);
    world.feed.listener.ended(null);
    world.stream.kick();
    expect(world.feeds).toHaveLength(2);
  });

  it("stops everything when the session has ended", async () => {
    world.feed.listener.ended(401);
    expect(world.signedOut).toBe(true);
    await world.forward(60_000);
    expect(world.feeds).toHaveLength(1);
  });

  it("survives an event that is no document", () => {
    world.feed.listener.opened();
    world.feed.listener.event({ id: "3", name: "now", data: "{" });
    expect(world.shown).toEqual([]);
    expect(world.state).toBe("live");
  });

  it("asks once more when a refresh was wanted while one was on its way: that one may be older than the act", async () => {
    const world = new FakeWorld();
    const answers: ((now: Now) => void)[] = [];
    world.ask = vi.fn(() => new Promise<Now>((resolve) => answers.push(resolve)));
    world.stream.start();
    const first = world.stream.refresh();
    void world.stream.refresh();
    void world.stream.refresh();
    expect(world.ask).toHaveBeenCalledTimes(1);
    answers.shift()!(document(1));
    for (let turn = 0; turn < 8; turn++) await Promise.resolve();
    expect(world.ask).toHaveBeenCalledTimes(2);
    answers.shift()!(document(2));
    await first;
    expect(world.shown.map((now) => now.seq)).toEqual([1, 2]);
    expect(world.ask).toHaveBeenCalledTimes(2);
  });
});
