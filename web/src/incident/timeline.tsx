import type { TimelineEntry } from "../api/types";
import { clockTime, fullTime, parseTime, wallParts, withTimes } from "../base/time";
import { serverNow } from "../live/clock";
import { personName, withNames, zone } from "../live/world";

/** Which family an entry belongs to decides its mark: people, pages, runs, alerts, and the rest. */
function family(kind: string): string {
  if (/page|deliver|notif|escalat/.test(kind)) return "page";
  if (/run|step|verif/.test(kind)) return "run";
  if (/alert|fired|chain|service|stage/.test(kind)) return "alert";
  if (/resolv|closed|recover/.test(kind)) return "good";
  if (/ack|take|taken|note|declare|answer/.test(kind)) return "person";
  return "other";
}

/** A note is a person's own words and stays as it was written. */
function said({ kind, text, who }: TimelineEntry): string {
  return /note/.test(kind) ? text : withNames(text, who);
}

/** Everything that happened, newest first, with who and why. */
export function Timeline({ entries }: { entries: TimelineEntry[] }) {
  const sorted = entries
    .map((entry, index) => ({ entry, index, at: parseTime(entry.at) ?? 0 }))
    .sort((a, b) => b.at - a.at || b.index - a.index);
  let day = "";
  return (
    <ol class="timeline">
      {sorted.map(({ entry, index, at }) => {
        const p = wallParts(at, zone());
        const today = `${p.year}-${p.month}-${p.day}`;
        const turn = day !== "" && day !== today;
        day = today;
        return (
          <li key={index} class={`of-${family(entry.kind)}`} data-day={turn ? "new" : undefined}>
            <time class="num" dateTime={entry.at} title={fullTime(at, zone())}>{clockTime(at, zone())}</time>
            <div>
              <p>{withTimes(said(entry), zone(), serverNow())}</p>
              {(entry.who || entry.why) && (
                <p class="faint">
                  {entry.who && <span class="who">{personName(entry.who)}</span>}
                  {entry.who && entry.why && " · "}
                  {entry.why && withTimes(entry.why, zone(), serverNow())}
                </p>
              )}
            </div>
          </li>
        );
      })}
    </ol>
  );
}
