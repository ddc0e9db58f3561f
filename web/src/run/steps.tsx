import { post } from "../api/client";
import { useEffect, useState } from "preact/hooks";
import type { RunDetail, RunStep } from "../api/types";
import { unfilledIn } from "../base/template";
import { showEffect } from "../live/live";
import { Age } from "../look/moments";
import { Pending } from "../look/panel";
import { Shape } from "../look/shape";
import { stepTone } from "../look/states";
import { attempt } from "../shell/toasts";
import { useRun } from "./follow";

/** The steps of a run with what they printed. Asked again every second while it goes on. */
export function RunSteps({ id }: { id: number }) {
  const { value, problem, reload } = useRun(id);
  if (!value) return <Pending problem={problem} again={reload} />;
  return <StepList run={value} />;
}

export function StepList({ run }: { run: RunDetail }) {
  return (
    <ol class="steps">
      {run.steps.map((step) => (
        <li key={`${step.id}/${step.attempt}`} class={`step is-${step.state}`}>
          <Shape tone={asks(run, step) ? "warn" : stepTone(step.state)} label={asks(run, step) ? "waits for a person" : step.state} size={18} />
          <div>
            <p class="step-head">
              <span class="step-title">{step.title}</span>
              <span class="tag">{step.kind}</span>
              {step.attempt > 1 && <span class="faint">attempt {step.attempt}</span>}
              <span class="step-time faint">{step.started_at && <Age since={step.started_at} to={step.ended_at} />}</span>
            </p>
            {step.why && <p class="step-why">{step.why}</p>}
            {/* Before a go-ahead the question shows it. */}
            {!(asks(run, step) && step.state === "waiting") && <Printed step={step} />}
            {asks(run, step) && <Settle run={run.id} step={step} />}
          </div>
        </li>
      ))}
    </ol>
  );
}

/** The step that a waiting run is held up by: one that was begun (an attempt was made) and has no outcome. */
function asks(run: RunDetail, step: RunStep): boolean {
  if (run.state !== "waiting") return false;
  return step.state === "unknown" || (step.state === "waiting" && step.attempt > 0);
}

function Printed({ step }: { step: RunStep }) {
  const ended = step.state === "failed" || step.state === "unknown" || step.state === "running";
  const [open, setOpen] = useState(ended);
  useEffect(() => {
    if (ended) setOpen(true);
  }, [ended]);
  if (!step.text && !step.output) return null;
  return (
    <details class="printed" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>
        <code>{step.text.split("\n")[0]}</code>
        {step.exit_status != null && <span class="faint"> exit {step.exit_status}</span>}
      </summary>
      {step.text.includes("\n") && <pre class="command">{step.text}</pre>}
      {step.output && <pre tabIndex={0}>{step.output}</pre>}
      {!step.output && (step.state === "done" || step.state === "failed") && <p class="faint">It printed nothing.</p>}
    </details>
  );
}

interface Answer {
  word: "done" | "not_done" | "again";
  label: string;
  said: string;
}

/** A step that a crash cut off: nobody but a person can say whether it was done. */
const kCutOff: readonly Answer[] = [
  { word: "done", label: "It was done", said: "Settled: it was done" },
  { word: "not_done", label: "It was not done", said: "Settled: it was not done" },
  { word: "again", label: "Run it again", said: "Running the step again" },
];

/** A step that asks before it acts. */
const kGoAhead: readonly Answer[] = [
  { word: "again", label: "Go ahead", said: "The step has the go-ahead" },
  { word: "done", label: "I have done it by hand", said: "Noted as done" },
  { word: "not_done", label: "Do not do it", said: "The step is refused" },
];

function Settle({ run, step }: { run: number; step: RunStep }) {
  const cutOff = step.state === "unknown";
  const unfilled = cutOff ? [] : unfilledIn([step.text]);
  const answer = async ({ word, said }: Answer) => {
    if (await attempt(() => post(`runs/${run}/answer`, { step: step.id, answer: word }), said)) showEffect();
  };
  return (
    <div class="settle" role="group" aria-label={cutOff ? `Was “${step.title}” done?` : `Go ahead with “${step.title}”?`}>
      {cutOff ? (
        <p><strong>Was it done?</strong> Vigie stopped while this step ran and will not guess.</p>
      ) : (
        <>
          <p><strong>Go ahead?</strong> This step waits for a person before it acts. It runs:</p>
          <pre class="command">{step.text}</pre>
          {unfilled.length > 0 && <p class="problem">It cannot run: nothing here gives {unfilled.join(", ")} a value.</p>}
        </>
      )}
      <div class="buttons">
        {(cutOff ? kCutOff : kGoAhead).map((one) => (
          <button key={one.word} type="button" class={!cutOff && one.word === "again" ? "primary" : ""} disabled={one.word === "again" && unfilled.length > 0} onClick={() => void answer(one)}>{one.label}</button>
        ))}
      </div>
    </div>
  );
}
