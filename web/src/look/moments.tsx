import { countdown, dayTime, duration, fullTime, parseTime } from "../base/time";
import { useCell } from "../base/cell";
import { tick } from "../live/clock";
import { zone } from "../live/world";

/** A moment by the book's clock: "14:02" or "Tue 14:02", everything else in the tooltip. */
export function When({ at }: { at: string | null }) {
  const now = useCell(tick);
  const time = parseTime(at);
  if (time === null) return <span class="faint">never</span>;
  return (
    <time class="num" dateTime={at ?? ""} title={fullTime(time, zone())}>
      {dayTime(time, zone(), now)}
    </time>
  );
}

/** How long something has lasted, ticking; it stands still once `to` is known. */
export function Age({ since, to, parts = 2 }: { since: string | null; to?: string | null; parts?: number }) {
  const now = useCell(tick);
  const from = parseTime(since);
  if (from === null) return null;
  return (
    <time class="num" dateTime={since ?? ""} title={fullTime(from, zone())}>
      {duration((parseTime(to) ?? now) - from, parts)}
    </time>
  );
}

export function Ago({ at }: { at: string | null }) {
  const now = useCell(tick);
  const time = parseTime(at);
  if (time === null) return <span class="faint">never</span>;
  const age = now - time;
  return (
    <time class="num" dateTime={at ?? ""} title={fullTime(time, zone())}>
      {age < 2000 ? "just now" : `${duration(age, 1)} ago`}
    </time>
  );
}

/** "2:41", counting down; "any moment" when the promise is due. */
export function Countdown({ to }: { to: string }) {
  const now = useCell(tick);
  const time = parseTime(to);
  if (time === null) return null;
  const left = time - now;
  return (
    <time class="num countdown" dateTime={to} title={fullTime(time, zone())}>
      {left > 0 ? countdown(left) : "any moment"}
    </time>
  );
}
