import { useState } from "preact/hooks";
import { post } from "../api/client";
import { stream } from "../live/live";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { useSending } from "../shell/sending";
import { attempt, toast } from "../shell/toasts";

/** What a person can do to an incident. Each shows its outcome and has the world asked again at once. */
export async function ackIncident(id: number): Promise<void> {
  if (await attempt(() => post(`incidents/${id}/ack`), `Acknowledged #${id}`)) void stream.refresh();
}

export async function takeIncident(id: number): Promise<void> {
  if (await attempt(() => post(`incidents/${id}/take`), `#${id} is yours`)) void stream.refresh();
}

export function askResolve(id: number): void {
  openDialog(<Write id={id} verb="resolve" title={`Resolve #${id}`} act="Resolve" done={`Resolved #${id}`} hint="What was it, and what fixed it? (optional)" />);
}

export function askNote(id: number): void {
  openDialog(<Write id={id} verb="note" title={`Note on #${id}`} act="Write" done={`Noted on #${id}`} hint="What you see, what you tried" needed />);
}

interface WriteProps {
  id: number;
  verb: "resolve" | "note";
  title: string;
  act: string;
  done: string;
  hint: string;
  needed?: boolean;
}

function Write({ id, verb, title, act, done, hint, needed }: WriteProps) {
  const [note, setNote] = useState("");
  const { busy, problem, send } = useSending(async () => {
    await post(`incidents/${id}/${verb}`, { note: note.trim() || null });
    closeDialog();
    toast(done);
    void stream.refresh();
  });
  return (
    <Ask title={title} act={act} busy={busy} blocked={needed && note.trim() === ""} problem={problem} onAct={send}>
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
