import { useState } from "preact/hooks";
import { post } from "../api/client";
import { world } from "../live/world";
import { showEffect } from "../live/live";
import { Ask, closeDialog, openDialog } from "../shell/dialog";
import { go, href } from "../shell/route";
import { useSending } from "../shell/sending";
import { toast } from "../shell/toasts";

const kSeverities = ["critical", "warning", "info"];

export function declareIncident(service = ""): void {
  openDialog(<Declare service={service} />);
}

function Declare({ service: first }: { service: string }) {
  const [title, setTitle] = useState("");
  const [service, setService] = useState(first);
  const [severity, setSeverity] = useState("critical");
  const [note, setNote] = useState("");
  const { busy, problem, send } = useSending(async () => {
    const { id } = await post<{ id: number }>("incidents", {
      title: title.trim(),
      service: service || null,
      severity,
      note: note.trim() || null,
    });
    closeDialog();
    toast(`Declared #${id}`);
    showEffect();
    go(href("incidents", id));
  });

  return (
    <Ask title="Declare an incident" act="Declare" danger busy={busy} blocked={title.trim() === ""} problem={problem} onAct={send}>
      <label class="field">
        <span>What is wrong?</span>
        <input type="text" autofocus autocomplete="off" value={title} onInput={(event) => setTitle(event.currentTarget.value)} />
      </label>
      <div class="field-row">
        <label class="field">
          <span>Service</span>
          <select value={service} onChange={(event) => setService(event.currentTarget.value)}>
            <option value="">not known yet</option>
            {(world.get()?.services ?? []).map((entry) => <option key={entry.name} value={entry.name}>{entry.name}</option>)}
          </select>
        </label>
        <label class="field">
          <span>Severity</span>
          <select value={severity} onChange={(event) => setSeverity(event.currentTarget.value)}>
            {kSeverities.map((name) => <option key={name} value={name}>{name}</option>)}
          </select>
        </label>
      </div>
      <label class="field">
        <span>What is known (optional)</span>
        <textarea rows={3} value={note} onInput={(event) => setNote(event.currentTarget.value)} />
      </label>
    </Ask>
  );
}
