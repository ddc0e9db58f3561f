import type { Now } from "../api/types";
import { count } from "../base/text";
import { clockTime } from "../base/time";
import { useCell } from "../base/cell";
import { tick } from "../live/clock";
import { Shape } from "../look/shape";
import { moodTone } from "../look/states";
import { href } from "../shell/route";
import { headlineText } from "../incident/words";
import { Horizon } from "./horizon";

const kMoodWord = { ok: "all is well", warn: "needs a look", bad: "something is broken" } as const;

/** The state of the world in one sentence, readable from across the room. */
export function Headline({ now }: { now: Now }) {
  const time = useCell(tick);
  const sentence = headlineText(now, time);
  return (
    <section class="headline" aria-label="The state of the world">
      <Horizon />
      <Shape tone={moodTone(now.mood)} label={kMoodWord[now.mood]} size={52} />
      <div>
        <div role="status">
          <h1 tabIndex={-1} class={sentence.length > 90 ? "is-long" : sentence.length > 55 ? "is-wordy" : ""}>{sentence}</h1>
        </div>
        <p class="headline-sub">
          <span class="num">{clockTime(time, now.book.timezone)}</span> {now.book.timezone}
          {(now.alerts.firing > 0 || now.alerts.pending > 0) && (
            <>
              {" · "}
              <a href={href("alerts")}>{count(now.alerts.firing, "alert")} firing{now.alerts.pending > 0 && `, ${now.alerts.pending} pending`}</a>
            </>
          )}
        </p>
      </div>
    </section>
  );
}
