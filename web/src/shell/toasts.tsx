import { Cell, useCell } from "../base/cell";
import { problemText } from "../api/client";
import { Shape } from "../look/shape";
import type { Tone } from "../look/states";

interface Toast {
  id: number;
  tone: Tone;
  text: string;
}

const shown = new Cell<Toast[]>([]);
let last = 0;

const kShownMs = 5000;
const kShownMax = 4;

export function toast(text: string, tone: Tone = "ok"): void {
  const id = ++last;
  shown.update((list) => [...list, { id, tone, text }].slice(-kShownMax));
  setTimeout(() => dismiss(id), tone === "bad" ? 2 * kShownMs : kShownMs);
}

function dismiss(id: number): void {
  shown.update((list) => list.filter((entry) => entry.id !== id));
}

/** Does an act of a person and says how it went. True when it worked. */
export async function attempt(act: () => Promise<unknown>, done: string): Promise<boolean> {
  try {
    await act();
    toast(done);
    return true;
  } catch (cause) {
    toast(problemText(cause), "bad");
    return false;
  }
}

export function Toasts() {
  const list = useCell(shown);
  return (
    <div class="toasts" role="status" aria-live="polite">
      {list.map((entry) => (
        <div key={entry.id} class="toast">
          <Shape tone={entry.tone} />
          <span>{entry.text}</span>
          <button type="button" class="plain" aria-label="Dismiss" onClick={() => dismiss(entry.id)}>×</button>
        </div>
      ))}
    </div>
  );
}
