import type { ComponentChildren } from "preact";
import { Shape } from "./shape";

interface PanelProps {
  title: string;
  /** Shown beside the title; also the place for a count. */
  note?: ComponentChildren;
  aside?: ComponentChildren;
  class?: string;
  children: ComponentChildren;
}

export function Panel({ title, note, aside, class: extra = "", children }: PanelProps) {
  return (
    <section class={`panel ${extra}`} aria-label={title}>
      <header class="panel-head">
        <h2>{title}</h2>
        {note != null && <span class="panel-note">{note}</span>}
        {aside != null && <span class="panel-aside">{aside}</span>}
      </header>
      {children}
    </section>
  );
}

export function PageHead({ title, lead, children }: { title: ComponentChildren; lead?: ComponentChildren; children?: ComponentChildren }) {
  return (
    <header class="page-head">
      <div>
        <h1 tabIndex={-1}>{title}</h1>
        {lead != null && <p class="lead">{lead}</p>}
      </div>
      {children != null && <div class="page-acts">{children}</div>}
    </header>
  );
}

export function Empty({ children }: { children: ComponentChildren }) {
  return <p class="empty">{children}</p>;
}

/** What a page shows while its document is on the way, and when it did not come. */
export function Pending({ problem, again }: { problem: string | null; again: () => void }) {
  if (problem === null) return <p class="loading" aria-busy="true">Asking…</p>;
  return (
    <div class="trouble" role="alert">
      <Shape tone="bad" />
      <span>{problem}</span>
      <button type="button" onClick={again}>Try again</button>
    </div>
  );
}

/** A small line above content that is still shown although it could not be refreshed. */
export function Stale({ problem }: { problem: string | null }) {
  if (problem === null) return null;
  return <p class="stale" role="status"><Shape tone="warn" size={13} /> Not refreshed: {problem}</p>;
}

export function Key({ children }: { children: string }) {
  return <kbd aria-hidden="true">{children}</kbd>;
}
