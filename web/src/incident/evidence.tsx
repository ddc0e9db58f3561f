import type { Evidence } from "../api/types";
import { parseTime } from "../base/time";
import { useCell } from "../base/cell";
import { tick } from "../live/clock";
import { RangeGraph } from "../metrics/range_graph";
import { href } from "../shell/route";

/** The graph around the moment, with the moment marked; it opens in Metrics for more. */
export function EvidenceGraph({ evidence, openedAt }: { evidence: Evidence; openedAt: string }) {
  // While the end is in the future the graph grows, in steps that are worth asking for.
  const from = parseTime(evidence.from) ?? 0;
  const planned = parseTime(evidence.to) ?? from;
  const now = useCell(tick);
  const to = now < planned ? Math.ceil(now / 15_000) * 15_000 : planned;
  const mark = parseTime(openedAt);
  return (
    <figure class="evidence">
      <figcaption>
        <span>{evidence.title}</span>
        <a href={href("metrics", null, { expr: evidence.expr, from: String(from), to: String(planned) })}>open in metrics</a>
      </figcaption>
      <RangeGraph expr={evidence.expr} from={from} to={Math.max(to, from + 60_000)} height={160} marks={mark === null ? [] : [{ at: mark, label: "opened" }]} compact />
      <code class="expr">{evidence.expr}</code>
    </figure>
  );
}
