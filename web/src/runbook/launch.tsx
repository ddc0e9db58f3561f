import { useEffect, useState } from "preact/hooks";
import { ApiError, get, post, problemText, segment } from "../api/client";
import type { DryRun, RunbookDetail, RunbookParam } from "../api/types";
import { unfilledIn } from "../base/template";
import { Shape } from "../look/shape";
import { showEffect } from "../live/live";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { go, href } from "../shell/route";
import { toast } from "../shell/toasts";

/** Asks before a runbook runs: shows its steps as they will run, and what its guard says. */
export function launchRunbook(id: string, title: string, incident: number | null): void {
  openDialog(<Launch id={id} title={title} incident={incident} />);
}

const kTypingMs = 250;

export function Launch({ id, title, incident }: { id: string; title: string; incident: number | null }) {
  const [plan, setPlan] = useState<DryRun | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [params, setParams] = useState<RunbookParam[]>([]);
  const [given, setGiven] = useState<Record<string, string>>({});
  const path = `runbooks/${segment(id)}/run`;
  const asked = JSON.stringify({ incident, params: filled(given), dry_run: true });
  const [planned, setPlanned] = useState("");

  useEffect(() => {
    let gone = false;
    const ask = () =>
      post<DryRun>(path, JSON.parse(asked)).then(
        (answer) => {
          if (gone) return;
          setPlan(answer);
          setPlanned(asked);
          setProblem(null);
        },
        (cause) => !gone && setProblem(problemText(cause)),
      );
    const timer = setTimeout(ask, planned === "" ? 0 : kTypingMs);
    return () => {
      gone = true;
      clearTimeout(timer);
    };
  }, [path, asked]);

  useEffect(() => {
    // Without its parameters a runbook may still run, on what the incident's alert and the defaults say.
    get<RunbookDetail>(`runbooks/${segment(id)}`).then((book) => setParams(book.params ?? []), () => {});
  }, [id]);

  const run = async () => {
    setBusy(true);
    try {
      const { run: started } = await post<{ run: number }>(path, { incident, params: filled(given), dry_run: false });
      closeDialog();
      toast(`Run ${started} has started`);
      showEffect();
      if (incident === null) go(href("runs", started));
    } catch (cause) {
      setBusy(false);
      const refused = cause instanceof ApiError && cause.status === 409;
      setProblem(refused ? `The guard refuses: ${cause.message}` : problemText(cause));
    }
  };

  const verdict = plan && verdictOf(plan, incident);
  // What is shown is what runs: a plan for other values than those in the fields is none.
  const current = planned === asked;
  return (
    <Ask title={`Run “${title}”?`} act="Run" wide busy={busy} blocked={!verdict?.may || !current} problem={problem} onAct={() => void run()}>
      {!plan && !problem && <p class="loading" aria-busy="true">Asking what it would do…</p>}
      {plan && verdict && (
        <>
          <p class="guard"><Shape tone={verdict.may ? "ok" : "bad"} /> <span>{verdict.words}</span></p>
          <ol class="plan" aria-label="What will run">
            {plan.steps.map((step, index) => (
              <li key={index}>
                <p class="step-head"><span class="step-title">{step.title}</span><span class="tag">{step.kind}</span></p>
                {step.text && <pre>{step.text}</pre>}
              </li>
            ))}
          </ol>
        </>
      )}
      {params.map((param) => (
        <label key={param.name} class="field">
          <span>{param.name}{param.help && <span class="faint"> {param.help}</span>}</span>
          <input
            type="text"
            autocomplete="off"
            aria-invalid={plan?.missing?.includes(param.name) ? true : undefined}
            placeholder={param.default ?? "a value is needed"}
            value={given[param.name] ?? ""}
            onInput={(event) => setGiven({ ...given, [param.name]: event.currentTarget.value })}
          />
        </label>
      ))}
      {incident !== null && <p class="hint">For incident #{incident}; it is written to the timeline.</p>}
    </Ask>
  );
}

/** Whether it may run, and the words beside it. Where a value is missing the guard has not been asked. */
function verdictOf(plan: DryRun, incident: number | null): { may: boolean; words: string } {
  const missing = [...new Set([...(plan.missing ?? []), ...unfilledIn(plan.steps.map((step) => step.text))])];
  const labels = missing.filter((name) => name.startsWith("labels."));
  if (labels.length > 0) {
    const way = incident === null ? "Run it from an incident, whose alert does." : "The alert of the incident has no such label.";
    return { may: false, words: `It cannot run here: nothing gives ${labels.join(", ")} a value. ${way}` };
  }
  if (missing.length > 0) return { may: false, words: `It cannot run yet: a value is needed for ${missing.join(", ")}.` };
  const { allowed, why } = plan.guard;
  return { may: allowed, words: allowed ? (why ?? "The guard allows it.") : `The guard refuses: ${why ?? "no reason given"}` };
}

/** Only what was typed: an empty field leaves the parameter to its default. */
function filled(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}
