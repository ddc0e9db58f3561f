import { useEffect, useState } from "preact/hooks";
import { get, post } from "../api/client";
import type { Incident, IncidentDetail } from "../api/types";
import { count } from "../base/text";
import { showIncident } from "../live/live";
import { world } from "../live/world";
import { Shape } from "../look/shape";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { useSending } from "../shell/sending";
import { attempt, toast } from "../shell/toasts";

/** What a person can do to an incident. The answer is the incident as it is now, and shows at once. */
const send = (id: number, verb: string, payload?: unknown) => post<Incident>(`incidents/${id}/${verb}`, payload);

export async function ackIncident(id: number): Promise<void> {
  await attempt(() => send(id, "ack").then(showIncident), `Acknowledged #${id}`);
}

export async function takeIncident(id: number): Promise<void> {
  await attempt(() => send(id, "take").then(showIncident), `#${id} is yours`);
}

export function askResolve(id: number): void {
  openDialog(<Write id={id} verb="resolve" title={`Resolve #${id}`} word="Resolve" done={`Resolved #${id}`} hint="What was it, and what fixed it? (optional)" />);
}

export function askNote(id: number): void {
  openDialog(<Write id={id} verb="note" title={`Note on #${id}`} word="Write" done={`Noted on #${id}`} hint="What you see, what you tried" needed />);
}

interface WriteProps {
  id: number;
  verb: "resolve" | "note";
  title: string;
  word: string;
  done: string;
  hint: string;
  needed?: boolean;
}

function Write({ id, verb, title, word, done, hint, needed }: WriteProps) {
  const [note, setNote] = useState("");
  const { busy, problem, send: write } = useSending(async () => {
    const answer = await send(id, verb, { note: note.trim() || null });
    // First, so that no key pressed at the sight of the effect still falls into the dialog.
    closeDialog();
    showIncident(answer);
    toast(done);
  });
  const firing = useFiring(verb === "resolve" ? id : null);
  return (
    <Ask title={title} act={firing > 0 ? `${word} all the same` : word} danger={firing > 0} busy={busy} blocked={needed && note.trim() === ""} problem={problem} onAct={write}>
      {firing > 0 && (
        <p class="banner-line" role="alert">
          <Shape tone="warn" /> {count(firing, "alert")} {firing === 1 ? "is" : "are"} still firing. Nobody will be paged for {firing === 1 ? "it" : "them"} again.
        </p>
      )}
      <label class="field">
        <span>{hint}</span>
        <textarea
          rows={4}
          autofocus
          value={note}
          onInput={(event) => setNote(event.currentTarget.value)}
          onKeyDown={(event) => {
            if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.currentTarget.form?.requestSubmit();
          }}
        />
      </label>
      <p class="hint">Ctrl Enter sends.</p>
    </Ask>
  );
}

/** How many alerts of an incident still fire: what the world says until the incident itself has answered. */
function useFiring(id: number | null): number {
  const [firing, setFiring] = useState(() => world.get()?.incidents.find((incident) => incident.id === id)?.alerts ?? 0);
  useEffect(() => {
    if (id === null) return;
    let gone = false;
    get<IncidentDetail>(`incidents/${id}`).then(
      ({ alert_list }) => !gone && setFiring(alert_list.filter((alert) => alert.state === "firing").length),
      () => {},
    );
    return () => {
      gone = true;
    };
  }, [id]);
  return firing;
}
