import type { OnCall } from "../api/types";
import { useCell } from "../base/cell";
import { duration, parseTime } from "../base/time";
import { tick } from "../live/clock";
import { When } from "../look/moments";
import { Shape } from "../look/shape";
import { href } from "../shell/route";

/** Who holds each pager, until when, and who comes after. Nobody is said loudly. */
export function Watch({ shifts }: { shifts: OnCall[] }) {
  return (
    <section class="watch" aria-label="On call">
      <header class="panel-head">
        <h2>On watch</h2>
        <span class="panel-aside"><a href={href("who")}>rota</a></span>
      </header>
      <ul>
        {shifts.map((shift, index) => <Shift key={`${shift.team}/${shift.schedule}/${index}`} shift={shift} />)}
      </ul>
      {shifts.length === 0 && <p class="watch-none"><Shape tone="warn" /> The book names no schedule: nobody is on call.</p>}
    </section>
  );
}

export function Shift({ shift }: { shift: OnCall }) {
  const now = useCell(tick);
  const until = parseTime(shift.until);
  const label = !shift.schedule || shift.schedule === shift.team ? shift.team : [shift.team, shift.schedule].filter(Boolean).join(" · ");
  return (
    <li class={shift.person ? "shift" : "shift is-empty"}>
      <span class="shift-team">{label}</span>
      {shift.person ? (
        <span class="shift-name">{shift.name ?? shift.person}</span>
      ) : (
        <span class="shift-name"><Shape tone="bad" label="nobody" /> nobody</span>
      )}
      <span class="shift-until">
        {until !== null && (
          <>
            until <When at={shift.until} />
            {until > now && <span class="faint"> ({duration(until - now)})</span>}
          </>
        )}
        {shift.next && <span class="faint">, then {shift.next_name ?? shift.next}</span>}
      </span>
    </li>
  );
}
