import type { ComponentChildren, VNode } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { Cell, useCell } from "../base/cell";

/** The one dialog that may be open. Escape closes it and the focus goes back to where it was. */
const shown = new Cell<VNode | null>(null);

export function openDialog(content: VNode): void {
  shown.set(content);
}

export function closeDialog(): void {
  shown.set(null);
}

export function dialogOpen(): boolean {
  return shown.get() !== null;
}

export function DialogHost() {
  const content = useCell(shown);
  const box = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const dialog = box.current;
    if (content && dialog && !dialog.open) dialog.showModal();
    return () => {
      if (content && dialog?.open) dialog.close();
    };
  }, [content]);
  if (!content) return null;
  return (
    <dialog
      ref={box}
      class="dialog"
      // The event comes later than the closing; by then another dialog may be open, which it does not mean.
      onClose={(event) => event.currentTarget === box.current && !box.current.open && closeDialog()}
      onClick={(event) => event.target === box.current && closeDialog()}
    >
      {content}
    </dialog>
  );
}

interface AskProps {
  title: string;
  children?: ComponentChildren;
  act: string;
  danger?: boolean;
  busy?: boolean;
  blocked?: boolean;
  problem?: string | null;
  onAct: () => void;
  wide?: boolean;
}

/** A question with one act and a way out: the form of every dialog that changes something. */
export function Ask({ title, children, act, danger, busy, blocked, problem, onAct, wide }: AskProps) {
  return (
    <form
      class={wide ? "ask wide" : "ask"}
      onSubmit={(event) => {
        event.preventDefault();
        if (!busy && !blocked) onAct();
      }}
    >
      <h2>{title}</h2>
      {children}
      {problem && <p class="problem" role="alert">{problem}</p>}
      <footer>
        <button type="button" class="plain" onClick={closeDialog}>Cancel</button>
        <button type="submit" class={danger ? "danger" : "primary"} disabled={busy || blocked}>
          {busy ? "Working…" : act}
        </button>
      </footer>
    </form>
  );
}
