import { useEffect, useState } from "preact/hooks";
import { get } from "../api/client";
import { count } from "../base/text";
import { familiesOf } from "./families";

/** What there is to ask about, for a start. */
export function Names({ onPick }: { onPick: (name: string) => void }) {
  const [names, setNames] = useState<string[] | null>(null);
  useEffect(() => {
    get<{ names: string[] }>("metrics/names?match=").then((answer) => setNames(answer.names), () => setNames([]));
  }, []);
  if (!names) return <p class="loading" aria-busy="true">Asking what there is…</p>;
  if (names.length === 0) return <p class="empty">No metric has been recorded yet.</p>;
  return (
    <section class="names" aria-label="Metrics that exist">
      <p class="faint">{count(names.length, "metric")}. Pick one, or write a query.</p>
      <div class="families">
        {familiesOf(names).map(({ title, members }) => (
          <section key={title} aria-label={title}>
            <h2>{title}</h2>
            <ul>
              {members.map((name) => (
                <li key={name}><button type="button" class="chip" data-row onClick={() => onPick(name)}>{name}</button></li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </section>
  );
}
