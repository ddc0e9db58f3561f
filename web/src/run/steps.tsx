import { post } from "../api/client";
import { useEffect, useState } from "preact/hooks";
import { useResource } from "../api/resource";
import type { RunDetail, RunStep } from "../api/types";
import { Age } from "../look/moments";
import { Pending } from "../look/panel";
import { Shape } from "../look/shape";
import { stepTone } from "../look/states";
import { attempt } from "../shell/toasts";

/** The steps of a run with what they printed. Asked again every second while it goes on. */
export function RunSteps({ id }: { id: number }) {
  const { value, problem, reload } = useResource<RunDetail>(`runs/${id}`);
  const going = value?.state === "running";
  useEffect(() => {
    if (!going) return;
    const timer = setInterval(reload, 1000);
    return () => clearInterval(timer);
  }, [going, reload]);
  if (!value) return <Pending problem={problem} again={reload} />;
  return <StepList run={value} reload={reload} />;
}

export function StepList({ run, reload }: { run: RunDetail; reload: () => void }) {
  return (
    <ol class="steps">
      {run.steps.map((step) => (
        <li key={step.id} class={`step is-${step.state}`}>
          <Shape tone={stepTone(step.state)} label={step.state} size={18} />
          <div>
            <p class="step-head">
              <span class="step-title">{step.title}</span>
              <span class="tag">{step.kind}</span>
              {step.attempt > 1 && <span class="faint">attempt {step.attempt}</span>}
              <span class="step-time faint">{step.started_at && <Age since={step.started_at} to={step.ended_at} />}</span>
            </p>
            {step.why && <p class="step-why">{step.why}</p>}
            <Printed step={step} />
            {step.state === "unknown" && <Settle run={run.id} step={step} reload={reload} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

function Printed({ step }: { step: RunStep }) {
  const ended = step.state === "failed" || step.state === "unknown" || step.state === "running";
  const [open, setOpen] = useState(ended);
  if (!step.text && !step.output) return null;
  return (
    <details class="printed" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{step.text.split("\n")[0]}</code>
        {step.exit_status !== null && <span class="faint"> exit {step.exit_status}</span>}
      </summary>
      {step.text.includes("\n") && <pre class="command">{step.text}</pre>}
      {step.output && <pre tabIndex={0}>{step.output}</pre>}
      {!step.output && step.state !== "running" && <p class="faint">It printed nothing.</p>}
    </details>
  );
}

/** A step that a crash cut off: nobody but a person can say whether it was done. */
function Settle({ run, step, reload }: { run: number; step: RunStep; reload: () => void }) {
  const answer = async (word: "done" | "not_done" | "again", said: string) => {
    if (await attempt(() => post(`runs/${run}/answer`, { step: step.id, answer: word }), said)) reload();
  };
  return (
    <div class="settle" role="group" aria-label={`Was “${step.title}” done?`}>
      <p><strong>Was it done?</strong> Vigie stopped while this step ran and will not guess.</p>
      <div class="buttons">
        <button type="button" onClick={() => void answer("done", "Settled: it was done")}>It was done</button>
        <button type="button" onClick={() => void answer("not_done", "Settled: it was not done")}>It was not done</button>
        <button type="button" onClick={() => void answer("again", "Running the step again")}>Run it again</button>
      </div>
    </div>
  );
}
