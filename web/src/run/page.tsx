import { post } from "../api/client";
import { useResource } from "../api/resource";
import type { Run } from "../api/types";
import { showEffect } from "../live/live";
import { personName } from "../live/world";
import { Age, When } from "../look/moments";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { runTone } from "../look/states";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { href } from "../shell/route";
import { attempt } from "../shell/toasts";
import { useRun } from "./follow";
import { RunLine } from "./line";
import { StepList } from "./steps";

export function RunsPage() {
  const { value, problem, reload } = useResource<{ runs: Run[] }>("runs?limit=100");
  return (
    <>
      <PageHead title="Runs" lead="Every time a runbook ran, by itself or by hand." />
      {value ? (
        <>
          <Stale problem={problem} />
          <div class="rows">{value.runs.map((run) => <RunLine key={run.id} run={run} />)}</div>
          {value.runs.length === 0 && <Empty>No runbook has run yet.</Empty>}
        </>
      ) : (
        <Pending problem={problem} again={reload} />
      )}
    </>
  );
}

export function RunPage({ id }: { id: string }) {
  const { value, problem, reload, going } = useRun(id);
  if (!value) return <Pending problem={problem} again={reload} />;
  return (
    <div data-incident={value.incident ?? undefined}>
      <PageHead
        title={<><Shape tone={runTone(value.state)} label={value.state} size={24} /> {value.title}</>}
        lead={
          <ul class="facts">
            <li class="num">run {value.id}</li>
            <li class="strong">{value.state}</li>
            <li>{value.automatic ? "started by itself" : `started by ${personName(value.by)}`} <When at={value.started_at} /></li>
            <li>{going ? "for" : "took"} <Age since={value.started_at} to={value.ended_at} /></li>
            {value.incident ? <li><a href={href("incidents", value.incident)}>incident #{value.incident}</a></li> : null}
            <li><a href={href("runbooks", value.runbook)}>runbook</a></li>
          </ul>
        }
      >
        {going && <button type="button" class="danger" onClick={() => askCancel(value)}>Cancel…</button>}
      </PageHead>
      <Stale problem={problem} />
      {value.why && <p class="lead">{value.why}</p>}
      <Panel title="Steps" note={value.steps.length}>
        <StepList run={value} />
      </Panel>
    </div>
  );
}

function askCancel(run: Run): void {
  openDialog(
    <Ask
      title={`Cancel run ${run.id}?`}
      act="Cancel the run"
      danger
      onAct={() => {
        closeDialog();
        void attempt(() => post(`runs/${run.id}/cancel`), `Cancelled run ${run.id}`).then(showEffect);
      }}
    >
      <p>The step in progress is stopped and no further step starts. What has been done stays done.</p>
    </Ask>,
  );
}
