import { Cell } from "../base/cell";

/**
 * The daemon's clock as far as the browser knows it, so that ages and countdowns are right on a phone whose own
 * clock is not. Two sources: the `Date` of an answer, good to a second; and the `at` of a live document, which may be
 * old and therefore only proves that the daemon is at least that far ahead.
 */
let offset = 0;
let dated = false;

const kTrustedMs = 1500;

export function noteServerDate(header: string | null): void {
  const at = header ? Date.parse(header) : NaN;
  if (Number.isNaN(at)) return;
  const seen = at + 500 - Date.now();
  offset = Math.abs(seen) <= kTrustedMs ? 0 : seen;
  dated = true;
}

export function noteDocument(at: number | null): void {
  if (dated || at === null) return;
  offset = Math.max(offset, at - Date.now());
}

/** The daemon's wall clock, in milliseconds. */
export function serverNow(): number {
  return Date.now() + offset;
}

/** Moves once a second while the page is visible; whatever shows an age or a countdown watches it. */
export const tick = new Cell(serverNow());

export function startTicking(): () => void {
  const beat = () => {
    if (document.visibilityState !== "hidden") tick.set(serverNow());
  };
  const timer = setInterval(beat, 1000);
  document.addEventListener("visibilitychange", beat);
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
  };
}
