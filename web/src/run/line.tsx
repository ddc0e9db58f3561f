import type { Run } from "../api/types";
import { personName } from "../live/world";
import { Age, When } from "../look/moments";
import { Shape } from "../look/shape";
import { runTone, stillGoing } from "../look/states";
import { href } from "../shell/route";

/** A run in one line: what, where it stands, who started it, for how long. */
export function RunLine({ run }: { run: Run }) {
  const going = stillGoing(run.state);
  return (
    <a class="row run-line" href={href("runs", run.id)} data-row>
      <Shape tone={runTone(run.state)} label={run.state} size={18} />
      <span class="row-main">
        <span class="row-title">{run.title}</span>
        <span class="row-sub">
          {going && run.step ? <span class="strong">{run.state === "waiting" ? "waits: " : ""}{run.step}</span> : run.state}
          {run.why && <> · {run.why}</>}
        </span>
      </span>
      <span class="row-end">
        <span>{going ? <Age since={run.started_at} /> : <When at={run.started_at} />}</span>
        <span class="faint">{run.automatic ? "by itself" : run.by ? `by ${personName(run.by)}` : "by hand"}</span>
      </span>
    </a>
  );
}
