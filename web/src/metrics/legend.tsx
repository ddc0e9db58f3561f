import { useState } from "preact/hooks";
import type { Series } from "../api/prometheus";
import type { Labels } from "../api/types";
import { figure } from "../base/text";
import { penFor } from "./palette";
import { lastValue } from "./table_of";

interface LegendProps {
  series: Series[];
  data: (number | null)[][];
  hover: number | null;
  compact: boolean;
  onFocus: (index: number | null) => void;
}

const kCompactMax = 6;
const kShownMax = 12;
/** The newest points may be ahead of the newest sample. */
const kEndPoints = 8;

/** Which line is which: its stroke, its labels without those all share, its value under the cursor or the last. */
export function Legend({ series, data, hover, compact, onFocus }: LegendProps) {
  const common = shared(series.map((one) => one.labels));
  const [all, setAll] = useState(false);
  const most = compact ? kCompactMax : kShownMax;
  // One more row takes no more room than the words that it is hidden.
  const shown = all || series.length <= most + 1 ? series : series.slice(0, most);
  return (
    <ul class={compact ? "legend is-compact" : "legend"} onMouseLeave={() => onFocus(null)}>
      {shown.map((one, index) => {
        const row = data[index + 1] ?? [];
        // Without a cursor: what holds at the end; a series that ended before has no value there.
        const value = hover === null ? lastValue(row.slice(-kEndPoints)) : (row[hover] ?? null);
        return (
          <li key={index} onMouseEnter={() => onFocus(index)}>
            <Stroke index={index} />
            <code>{seriesName(one.labels, common)}</code>
            <span class="num">{value === null ? "–" : figure(value)}</span>
          </li>
        );
      })}
      {(all || series.length > shown.length) && (
        <li class="legend-more">
          <button type="button" class="plain" aria-expanded={all} onClick={() => setAll(!all)}>
            {all ? "Show fewer" : `Show ${series.length - shown.length} more series`}
          </button>
        </li>
      )}
    </ul>
  );
}

function Stroke({ index }: { index: number }) {
  const pen = penFor(index);
  return (
    <svg class="pen" width="22" height="8" viewBox="0 0 22 8" aria-hidden="true">
      <line class={`pen-${(index % 8) + 1}`} x1="0" y1="4" x2="22" y2="4" stroke-dasharray={pen.dash.join(" ") || undefined} />
    </svg>
  );
}

/** The labels that every series has with the same value: they tell nothing apart. */
export function shared(all: readonly Labels[]): Set<string> {
  const [first, ...rest] = all;
  if (!first || rest.length === 0) return new Set();
  return new Set(Object.keys(first).filter((name) => rest.every((labels) => labels[name] === first[name])));
}

export function seriesName(labels: Labels, without: ReadonlySet<string> = new Set()): string {
  const name = without.has("__name__") ? "" : (labels.__name__ ?? "");
  const pairs = Object.entries(labels).filter(([key]) => key !== "__name__" && !without.has(key));
  if (pairs.length === 0) return name || labels.__name__ || "value";
  return `${name}{${pairs.map(([key, value]) => `${key}="${value}"`).join(", ")}}`;
}
