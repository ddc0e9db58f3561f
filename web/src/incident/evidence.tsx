import { useState } from "preact/hooks";
import type { Alert, Evidence, IncidentDetail } from "../api/types";
import { parseTime } from "../base/time";
import { useCell } from "../base/cell";
import { tick } from "../live/clock";
import { count } from "../base/text";
import { Panel } from "../look/panel";
import { RangeGraph } from "../metrics/range_graph";
import { href } from "../shell/route";

/** What shows the break: the flow out of the broken stage and the alert that told of it; the others on request. */
export function EvidencePanel({ incident }: { incident: IncidentDetail }) {
  const [all, setAll] = useState(false);
  if (incident.evidence.length === 0) return null;
  const telling = tellingOf(incident);
  const shown = all ? incident.evidence : telling;
  const more = incident.evidence.length - telling.length;
  return (
    <Panel title="Evidence" note={incident.evidence.length}>
      <div class="evidence-grid">
        {shown.map((entry) => <EvidenceGraph key={entry.expr} evidence={entry} openedAt={incident.opened_at} />)}
      </div>
      {more > 0 && <button type="button" class="more" onClick={() => setAll(!all)}>{all ? "Show fewer graphs" : `Show ${count(more, "more graph", "more graphs")}`}</button>}
    </Panel>
  );
}

/** At most two, in the order of the list; its first where nothing points at any. */
export function tellingOf({ evidence, alert_list, chain, stage }: Pick<IncidentDetail, "evidence" | "alert_list" | "chain" | "stage">): Evidence[] {
  const out = evidence.find((entry) => chain !== null && stage !== null && entry.title === `${chain}: out of ${stage}`);
  const told = [...alert_list].sort(byTelling).map((alert) => evidence.find((entry) => entry.title === alert.labels.alertname));
  const telling = new Set([out, told.find((entry) => entry !== undefined)]);
  const shown = evidence.filter((entry) => telling.has(entry));
  return shown.length > 0 ? shown : evidence.slice(0, 1);
}

/** What fires before what is over, causes before victims, then the first that fired. */
function byTelling(a: Alert, b: Alert): number {
  const rank = (alert: Alert) => (alert.state === "firing" ? 0 : 2) + (alert.cause === null ? 0 : 1);
  return rank(a) - rank(b) || (parseTime(a.fired_at) ?? Infinity) - (parseTime(b.fired_at) ?? Infinity);
}

/** The graph around the moment, with the moment marked; it opens in Metrics for more. */
function EvidenceGraph({ evidence, openedAt }: { evidence: Evidence; openedAt: string }) {
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
