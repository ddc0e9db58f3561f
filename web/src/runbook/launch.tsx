import { useEffect, useState } from "preact/hooks";
import { ApiError, get, post, problemText, segment } from "../api/client";
import type { DryRun, RunbookDetail, RunbookParam } from "../api/types";
import { Shape } from "../look/shape";
import { stream } from "../live/live";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { go, href } from "../shell/route";
import { toast } from "../shell/toasts";

/** Asks before a runbook runs: shows its steps with the parameters filled in, and what its guard says. */
export function launchRunbook(id: string, title: string, incident: number | null): void {
  openDialog(<Launch id={id} title={title} incident={incident} />);
}

function Launch({ id, title, incident }: { id: string; title: string; incident: number | null }) {
  const [plan, setPlan] = useState<DryRun | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const [params, setParams] = useState<RunbookParam[]>([]);
  const [given, setGiven] = useState<Record<string, string>>({});
  const path = `runbooks/${segment(id)}/run`;

  useEffect(() => {
    post<DryRun>(path, { incident, params: {}, dry_run: true }).then(setPlan, (cause) => setProblem(problemText(cause)));
    // Without its parameters a runbook still runs, on what the incident's alert and the defaults say.
    get<RunbookDetail>(`runbooks/${segment(id)}`).then((book) => setParams(book.params ?? []), () => {});
  }, [path, id, incident]);

  const run = async () => {
    setBusy(true);
    try {
      const { run: started } = await post<{ run: number }>(path, { incident, params: filled(given), dry_run: false });
      closeDialog();
      toast(`Run ${started} has started`);
      void stream.refresh();
      if (incident === null) go(href("runs", started));
    } catch (cause) {
      setBusy(false);
      const refused = cause instanceof ApiError && cause.status === 409;
      setProblem(refused ? `The guard refuses: ${cause.message}` : problemText(cause));
    }
  };

  const allowed = plan?.guard.allowed ?? false;
  return (
    <Ask title={`Run “${title}”?`} act="Run" wide busy={busy} blocked={!allowed} problem={problem} onAct={() => void run()}>
      {!plan && !problem && <p class="loading" aria-busy="true">Asking what it would do…</p>}
      {plan && (
        <>
          <p class="guard">
            <Shape tone={allowed ? "ok" : "bad"} />{" "}
            {allowed ? (plan.guard.why ?? "The guard allows it.") : `The guard refuses: ${plan.guard.why ?? "no reason given"}`}
          </p>
          <ol class="plan">
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
            placeholder={param.default ?? "from the alert"}
            value={given[param.name] ?? ""}
            onInput={(event) => setGiven({ ...given, [param.name]: event.currentTarget.value })}
          />
        </label>
      ))}
      {incident !== null && <p class="hint">For incident #{incident}; it is written to the timeline.</p>}
    </Ask>
  );
}

/** Only what was typed: an empty field leaves the parameter to the alert and its default. */
function filled(given: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
}
