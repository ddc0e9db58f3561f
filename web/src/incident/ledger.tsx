import { useState } from "preact/hooks";
import { get, problemText, segment } from "../api/client";
import type { Page, Why } from "../api/types";
import { count } from "../base/text";
import { personName } from "../live/world";
import { When } from "../look/moments";
import { Shape } from "../look/shape";
import { pageTone } from "../look/states";

/** Every page of an incident and what became of it. Each can say why it was sent at all. */
export function Ledger({ pages }: { pages: Page[] }) {
  return (
    <ul class="ledger">
      {pages.map((page) => <LedgerEntry key={page.id} page={page} />)}
    </ul>
  );
}

function LedgerEntry({ page }: { page: Page }) {
  return (
    <li>
      <Shape tone={pageTone(page.state)} label={page.state} />
      <div>
        <p>
          <strong>{page.person ? (page.name ?? personName(page.person)) : (page.address ?? "someone")}</strong> by {page.channel}
          {page.repeat && <span class="tag" title="Sent again after a restart: it may be a repeat">may be a repeat</span>}
        </p>
        <p class="faint">
          {stateText(page)}
          {page.address && <> · {page.address}</>}
          {page.attempts > 1 && <> · {count(page.attempts, "attempt")}</>}
          {page.detail && <> · {page.detail}</>}
        </p>
        <Because id={page.id} />
      </div>
      <span class="row-end"><When at={page.sent_at ?? page.at} /></span>
    </li>
  );
}

function stateText(page: Page): string {
  if (page.state === "sent") return "delivered to the carrier";
  return page.state === "failed" ? "could not be delivered" : "on its way";
}

/** From the alert to the delivery, one line per decision; asked for only when opened. */
function Because({ id }: { id: Page["id"] }) {
  const [lines, setLines] = useState<Why["because"] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (open: boolean) => {
    if (!open || lines) return;
    get<Why>(`why/${segment(id)}`).then(
      (why) => setLines(why.because),
      (cause) => setProblem(problemText(cause)),
    );
  };
  return (
    <details class="because" onToggle={(event) => load(event.currentTarget.open)}>
      <summary>why this page</summary>
      {problem && <p class="problem">{problem}</p>}
      <ol>
        {(lines ?? []).map((line, index) => (
          <li key={index}><When at={line.at} /> {line.text}</li>
        ))}
      </ol>
    </details>
  );
}
