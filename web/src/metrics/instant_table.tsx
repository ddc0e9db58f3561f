import { useEffect, useState } from "preact/hooks";
import { problemText } from "../api/client";
import { instantQuery, type QueryResult } from "../api/prometheus";
import { count, figure } from "../base/text";
import { seriesName } from "./legend";
import { QueryProblem } from "./problem";

const kRowsMax = 500;

/** The value of a query at one instant, the largest first when asked. */
export function InstantTable({ expr, at, beat }: { expr: string; at: number | null; beat: number }) {
  const [answer, setAnswer] = useState<QueryResult | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [byValue, setByValue] = useState(false);

  useEffect(() => {
    let gone = false;
    instantQuery(expr, at).then(
      (result) => {
        if (gone) return;
        setAnswer(result);
        setProblem(null);
      },
      (cause) => !gone && setProblem(problemText(cause)),
    );
    return () => {
      gone = true;
    };
  }, [expr, at, beat]);

  if (problem !== null) return <QueryProblem expr={expr} error={problem} />;
  if (!answer) return <p class="loading" aria-busy="true">Asking…</p>;
  if (answer.text !== null) return <p><code>{answer.text}</code></p>;
  if (answer.series.length === 0) return <p class="empty">No series. The name may be misspelt, or nothing has written it lately.</p>;
  const rows = answer.series.map((one) => ({ name: seriesName(one.labels), points: one.points }));
  if (byValue) rows.sort((a, b) => (b.points.at(-1)?.[1] ?? 0) - (a.points.at(-1)?.[1] ?? 0));
  return (
    <>
      {answer.warnings.map((text) => <p key={text} class="stale">{text}</p>)}
      <div class="scroll-x">
        <table class="instant">
          <thead>
            <tr>
              <th scope="col">{count(rows.length, "series", "series")}</th>
              <th scope="col" class="right" aria-sort={byValue ? "descending" : "none"}>
                <button type="button" class="plain" onClick={() => setByValue(!byValue)}>Value {byValue ? "↓" : "↕"}</button>
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, kRowsMax).map((row) => (
              <tr key={row.name}>
                <td><code>{row.name}</code></td>
                <td class="right num">
                  {row.points.length === 1 ? <span title={String(row.points[0]![1])}>{figure(row.points[0]![1])}</span> : `${row.points.length} samples, last ${figure(row.points.at(-1)?.[1] ?? NaN)}`}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > kRowsMax && <p class="faint">The first {kRowsMax} are shown.</p>}
    </>
  );
}
