import { useCell } from "../base/cell";
import { clockTime, duration } from "../base/time";
import { tick } from "../live/clock";
import { stream } from "../live/live";
import type { Link } from "../live/stream";
import { world, zone } from "../live/world";
import { Shape } from "../look/shape";

/** A short break is not worth a word: the stream is back before anyone has read it. */
const kPatienceMs = 2500;

export function Banners() {
  const link = useCell(stream.link);
  const now = useCell(world);
  useCell(tick);
  return (
    <>
      <ConnectionBanner link={link} at={Date.now()} />
      {now?.trouble && (
        <div class="banner tone-bad" role="alert">
          <Shape tone="bad" />
          <div>
            <strong>Nothing new can be kept.</strong> Pages still leave, and what you do is in force, but a crash would forget it.
            <pre>{now.trouble}</pre>
          </div>
        </div>
      )}
      {now?.book.problem && (
        <div class="banner tone-warn" role="alert">
          <Shape tone="warn" />
          <div>
            <strong>The watch book was not reloaded.</strong> The one before it is still in force.
            <pre tabIndex={0}>{now.book.problem}</pre>
          </div>
        </div>
      )}
    </>
  );
}

export function ConnectionBanner({ link, at }: { link: Link; at: number }) {
  if (link.state === "live" || (link.state !== "polling" && at - link.since < kPatienceMs)) return null;
  if (link.state === "polling") {
    return (
      <div class="banner tone-warn" role="status">
        <Shape tone="warn" />
        <div>The live stream is interrupted; Vigie is asked every 5 s instead.</div>
        <button type="button" onClick={() => stream.kick()}>Try the stream now</button>
      </div>
    );
  }
  const wait = link.retryAt === null ? 0 : link.retryAt - at;
  return (
    <div class="banner tone-bad">
      <Shape tone="bad" />
      <div>
        {/* Only what does not tick is announced. */}
        <strong role="alert">No connection to Vigie.</strong>{" "}
        {link.newsAt === null ? "Nothing has arrived yet." : <>What you see is from <span class="num">{clockTime(link.newsAt, zone())}</span>, {duration(at - link.newsAt)} old.</>}{" "}
        {wait > 500 ? `Trying again in ${duration(wait, 1)}.` : "Trying again…"}
      </div>
      <button type="button" onClick={() => stream.kick()}>Try now</button>
    </div>
  );
}
