import { useEffect, useState } from "preact/hooks";
import { useCell } from "../base/cell";
import { duration } from "../base/time";
import { serverNow } from "../live/clock";
import { world, zone } from "../live/world";
import { MomentField } from "../look/moment_field";
import { PageHead } from "../look/panel";
import { route, settle } from "../shell/route";
import { InstantTable } from "./instant_table";
import { Names } from "./names";
import { QueryBox } from "./query_box";
import { kRanges, lengthOf, metricsAddress, spanOf, type Span } from "./range";
import { RangeGraph } from "./range_graph";

const kRefreshMs = 10_000;

/** A query and its graph. The address holds all of it: copy it and someone else sees the same. */
export function MetricsPage() {
  const { query } = useCell(route);
  const [beat, setBeat] = useState(() => serverNow());
  const expr = query.get("expr") ?? "";
  const view = query.get("view") === "table" ? "table" : "graph";
  const span = spanOf(query, beat);

  useEffect(() => {
    if (!span.live) return;
    const timer = setInterval(() => document.visibilityState !== "hidden" && setBeat(serverNow()), kRefreshMs);
    return () => clearInterval(timer);
  }, [span.live]);

  const show = (change: { expr?: string; span?: Span; view?: string }) => {
    setBeat(serverNow());
    settle(metricsAddress(change.expr ?? expr, change.span ?? span, change.view ?? view));
  };

  return (
    <>
      <PageHead title="Metrics" />
      <QueryBox value={expr} onRun={(text) => show({ expr: text })} />
      {expr === "" ? (
        <Names onPick={(name) => show({ expr: name })} />
      ) : (
        <>
          <div class="toolbar">
            <nav class="tabs" aria-label="How to show it">
              {(["graph", "table"] as const).map((name) => (
                <button key={name} type="button" aria-pressed={view === name} onClick={() => show({ view: name })}>{name === "graph" ? "Graph" : "Table"}</button>
              ))}
            </nav>
            <RangePicker span={span} onPick={(next) => show({ span: next })} />
          </div>
          {view === "graph" ? (
            <RangeGraph expr={expr} from={span.from} to={span.to} height={360} onZoom={(from, to) => show({ span: { from, to, live: null } })} />
          ) : (
            <InstantTable expr={expr} at={span.live ? null : span.to} beat={beat} />
          )}
        </>
      )}
    </>
  );
}

function RangePicker({ span, onPick }: { span: Span; onPick: (span: Span) => void }) {
  const place = useCell(world)?.book.timezone ?? zone();
  const length = span.to - span.from;
  const shift = (by: number) => onPick({ from: span.from + by * length, to: span.to + by * length, live: null });
  const grow = (factor: number) => {
    const middle = span.from + length / 2;
    onPick({ from: middle - (length * factor) / 2, to: middle + (length * factor) / 2, live: null });
  };
  return (
    <div class="range-picker">
      <div class="tabs" role="group" aria-label="Range">
        {kRanges.map(([name]) => (
          <button key={name} type="button" aria-pressed={span.live === name} onClick={() => onPick({ from: 0, to: lengthOf(name), live: name })}>{name}</button>
        ))}
      </div>
      <div class="buttons">
        <button type="button" aria-label="Earlier" onClick={() => shift(-0.5)}>←</button>
        <button type="button" aria-label="Wider" onClick={() => grow(2)}>−</button>
        <button type="button" aria-label="Narrower" onClick={() => grow(0.5)}>+</button>
        <button type="button" aria-label="Later" onClick={() => shift(0.5)}>→</button>
      </div>
      <MomentField label="until" at={span.to} zone={place} onPick={(to) => onPick({ from: to - length, to, live: null })} />
      {!span.live && <span class="faint">{duration(length)}</span>}
    </div>
  );
}
