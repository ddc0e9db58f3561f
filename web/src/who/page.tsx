import { useResource } from "../api/resource";
import type { OnCall } from "../api/types";
import { useCell } from "../base/cell";
import { fullTime, parseTime } from "../base/time";
import { serverNow } from "../live/clock";
import { world } from "../live/world";
import { MomentField } from "../look/moment_field";
import { Empty, PageHead, Pending, Stale } from "../look/panel";
import { Shift } from "../now/watch";
import { href, route, settle } from "../shell/route";

const kHour = 3_600_000;
const kJumps: readonly (readonly [string, number])[] = [["−1 d", -24 * kHour], ["−12 h", -12 * kHour], ["+12 h", 12 * kHour], ["+1 d", 24 * kHour], ["+3 d", 72 * kHour]];

/** Who is on call, now or at any instant, in the book's zone. */
export function WhoPage() {
  const { query } = useCell(route);
  const zone = useCell(world)?.book.timezone ?? "UTC";
  const at = parseTime(query.get("at"));
  const team = query.get("team") ?? "";
  const params = new URLSearchParams();
  if (team) params.set("team", team);
  if (at !== null) params.set("at", new Date(at).toISOString());
  const { value, problem, reload } = useResource<{ oncall: OnCall[] }>(`who${params.size > 0 ? `?${params}` : ""}`);

  const show = (instant: number | null, which = team) =>
    settle(href("who", null, { team: which, at: instant === null ? null : new Date(instant).toISOString() }));
  const teams = [...new Set((world.get()?.oncall ?? []).map((shift) => shift.team))];

  return (
    <>
      <PageHead title="Who is on call" lead={at === null ? "now" : fullTime(at, zone)} />
      <div class="toolbar">
        <MomentField label="At" at={at ?? serverNow()} zone={zone} onPick={show} />
        <div class="buttons">
          {kJumps.map(([label, by]) => <button key={label} type="button" onClick={() => show((at ?? serverNow()) + by)}>{label}</button>)}
          <button type="button" disabled={at === null} onClick={() => show(null)}>Now</button>
        </div>
        {teams.length > 1 && (
          <label class="field inline">
            <span>Team</span>
            <select value={team} onChange={(event) => show(at, event.currentTarget.value)}>
              <option value="">all</option>
              {teams.map((name) => <option key={name} value={name}>{name}</option>)}
            </select>
          </label>
        )}
      </div>
      {value ? (
        <>
          <Stale problem={problem} />
          <ul class="shifts">{value.oncall.map((shift, index) => <Shift key={`${shift.team}/${shift.schedule}/${index}`} shift={shift} />)}</ul>
          {value.oncall.length === 0 && <Empty>No schedule covers this.</Empty>}
        </>
      ) : (
        <Pending problem={problem} again={reload} />
      )}
    </>
  );
}
