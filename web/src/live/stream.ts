import type { Now } from "../api/types";
import { Cell } from "../base/cell";
import { ApiError } from "../api/client";
import type { Feed, OpenFeed } from "./feed";

/**
 * Keeps the world's document fresh whatever the network does. Streams when it can; when two attempts in a row have
 * failed it also asks every five seconds; always tries the stream again, soon at first, then every fifteen seconds.
 */
export interface Link {
  state: "connecting" | "live" | "polling" | "lost";
  /** When the last document arrived, by the browser's clock. */
  newsAt: number | null;
  /** When the state last changed. */
  since: number;
  retryAt: number | null;
}

export interface Timers {
  now(): number;
  set(after: number, act: () => void): unknown;
  clear(timer: unknown): void;
}

export interface StreamDeps {
  open: OpenFeed;
  ask(): Promise<Now>;
  timers: Timers;
  /** In [0, 1): spreads reconnections of many consoles after a restart. */
  random(): number;
  onNow(now: Now): void;
  onSignedOut(): void;
}

/** The daemon sends a comment every 15 s; three missed ones mean a dead line. */
export const kSilenceMs = 45_000;
export const kPollMs = 5_000;
const kRetryMinMs = 500;
const kRetryMaxMs = 15_000;
const kFailuresBeforePolling = 2;

export class Stream {
  readonly link: Cell<Link>;
  private feed: Feed | null = null;
  private lastId: string | null = null;
  private failures = 0;
  private silence: unknown = null;
  private retry: unknown = null;
  private poll: unknown = null;
  private asking = false;
  private askAgain = false;
  private stopped = true;
  private generation = 0;

  constructor(private readonly deps: StreamDeps) {
    this.link = new Cell<Link>({ state: "connecting", newsAt: null, since: deps.timers.now(), retryAt: null });
  }

  start(): void {
    this.stopped = false;
    this.connect();
  }

  stop(): void {
    this.stopped = true;
    this.generation += 1;
    this.feed?.close();
    this.feed = null;
    this.drop("silence");
    this.drop("retry");
    this.drop("poll");
  }

  /** Tries at once: the person pressed the button, the network came back, or the page is shown again. */
  kick(): void {
    if (this.stopped || this.link.get().state === "live") return;
    this.connect();
  }

  /** Asks for the document now, beside the stream: after an act, so that its effect shows without waiting. */
  async refresh(): Promise<void> {
    if (this.stopped) return;
    if (this.asking) {
      // What is on its way may have been made before the act.
      this.askAgain = true;
      return;
    }
    this.asking = true;
    const generation = this.generation;
    try {
      const now = await this.deps.ask();
      if (generation !== this.generation) return;
      this.accept(now);
      if (this.link.get().state !== "live") this.move("polling");
    } catch (cause) {
      if (generation !== this.generation) return;
      if (cause instanceof ApiError && cause.status === 401) this.signedOut();
      else if (this.link.get().state === "polling") this.move("lost");
    } finally {
      this.asking = false;
    }
    if (!this.askAgain) return;
    this.askAgain = false;
    await this.refresh();
  }

  private connect(): void {
    this.drop("retry");
    this.feed?.close();
    this.watchSilence();
    this.feed = this.deps.open(this.lastId, {
      opened: () => {
        this.failures = 0;
        this.drop("poll");
        this.move("live");
        this.watchSilence();
      },
      beat: () => this.watchSilence(),
      event: (event) => {
        if (event.id !== null) this.lastId = event.id;
        if (event.name !== "now") return;
        const now = parse(event.data);
        if (now) this.accept(now);
      },
      ended: (status) => this.ended(status),
    });
  }

  private ended(status: number | null): void {
    if (this.stopped) return;
    this.feed = null;
    this.drop("silence");
    if (status === 401) return this.signedOut();
    this.failures += 1;
    const wait = this.wait();
    this.drop("retry");
    this.retry = this.deps.timers.set(wait, () => this.connect());
    const state = this.link.get().state === "polling" ? "polling" : "lost";
    this.move(state, this.deps.timers.now() + wait);
    if (this.failures >= kFailuresBeforePolling && this.poll === null) this.pollSoon(0);
  }

  private wait(): number {
    const full = Math.min(kRetryMaxMs, kRetryMinMs * 2 ** (this.failures - 1));
    return Math.round(full * (0.75 + 0.5 * this.deps.random()));
  }

  private pollSoon(after: number): void {
    this.poll = this.deps.timers.set(after, () => {
      void this.refresh().then(() => {
        if (this.poll !== null && !this.stopped) this.pollSoon(kPollMs);
      });
    });
  }

  private watchSilence(): void {
    this.drop("silence");
    this.silence = this.deps.timers.set(kSilenceMs, () => {
      this.feed?.close();
      this.ended(null);
    });
  }

  private accept(now: Now): void {
    this.link.update((link) => ({ ...link, newsAt: this.deps.timers.now() }));
    this.deps.onNow(now);
  }

  private move(state: Link["state"], retryAt: number | null = null): void {
    this.link.update((link) => ({
      state,
      newsAt: link.newsAt,
      since: link.state === state ? link.since : this.deps.timers.now(),
      retryAt: state === "live" ? null : (retryAt ?? link.retryAt),
    }));
  }

  private signedOut(): void {
    this.stop();
    this.deps.onSignedOut();
  }

  private drop(which: "silence" | "retry" | "poll"): void {
    if (this[which] !== null) this.deps.timers.clear(this[which]);
    this[which] = null;
  }
}

function parse(text: string): Now | null {
  try {
    return JSON.parse(text) as Now;
  } catch {
    return null;
  }
}
