import { useEffect, useRef, useState } from "preact/hooks";
import { rangeQuery, type Series } from "../api/prometheus";
import { problemText } from "../api/client";
import { useCell } from "../base/cell";
import { zone } from "../live/world";
import { theme } from "../shell/theme";
import { Legend } from "./legend";
import { penFor } from "./palette";
import type { Plot } from "./plot";
import { QueryProblem } from "./problem";
import { aligned, stepFor } from "./range";
import { grid } from "./table_of";

const kDrawnMax = 60;

interface RangeGraphProps {
  expr: string;
  from: number;
  to: number;
  height: number;
  marks?: { at: number; label: string }[];
  compact?: boolean;
  onZoom?: (from: number, to: number) => void;
}

interface Answer {
  series: Series[];
  data: (number | null)[][];
  hidden: number;
  key: string;
}

/** A query over a range, drawn. The last drawing stays while the next answer is on its way. */
export function RangeGraph({ expr, from, to, height, marks = [], compact = false, onZoom }: RangeGraphProps) {
  const [answer, setAnswer] = useState<Answer | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [hover, setHover] = useState<number | null>(null);
  const holder = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const look = useLook();
  const step = stepFor(to - from);
  const range = aligned(from, to, step);

  useEffect(() => {
    let gone = false;
    rangeQuery(expr, range.from, range.to, step).then(
      ({ series }) => {
        if (gone) return;
        const shown = series.slice(0, kDrawnMax);
        setAnswer({ series: shown, data: grid(shown, range.from, range.to, step), hidden: series.length - shown.length, key: expr });
        setProblem(null);
      },
      (cause) => !gone && setProblem(problemText(cause)),
    );
    return () => {
      gone = true;
    };
  }, [expr, range.from, range.to, step]);

  const empty = answer !== null && answer.series.length === 0;
  useEffect(() => {
    if (!answer || empty || problem !== null) return;
    let gone = false;
    void import("./plot").then(({ draw }) => {
      if (gone || !holder.current) return;
      plot.current = draw(holder.current, {
        data: answer.data,
        pens: answer.series.map((_, index) => penFor(index)),
        zone: zone(),
        marks,
        height,
        compact,
        onHover: setHover,
        onZoom: onZoom ?? null,
      });
    });
    return () => {
      gone = true;
      plot.current?.destroy();
      plot.current = null;
    };
    // The callbacks and marks belong to the answer they were drawn with.
  }, [answer, look, height, problem, empty]);

  if (problem !== null) return <QueryProblem expr={expr} error={problem} />;
  return (
    <div class={compact ? "graph is-compact" : "graph"} aria-busy={answer === null}>
      {empty ? (
        <p class="empty">No series in this stretch of time.</p>
      ) : (
        <div ref={holder} class={compact ? "plot plot-compact" : "plot"} role="img" aria-label={`Graph of ${expr}`} />
      )}
      {answer && !empty && <Legend series={answer.series} data={answer.data} hover={hover} compact={compact} onFocus={(index) => plot.current?.highlight(index)} />}
      {answer && answer.hidden > 0 && <p class="faint">{kDrawnMax} of {kDrawnMax + answer.hidden} series are drawn.</p>}
    </div>
  );
}

/** Changes whenever the theme does, so that the canvas is painted again. */
function useLook(): string {
  const chosen = useCell(theme);
  const [dark, setDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const media = matchMedia("(prefers-color-scheme: dark)");
    const follow = () => setDark(media.matches);
    media.addEventListener("change", follow);
    return () => media.removeEventListener("change", follow);
  }, []);
  return `${chosen}/${dark}`;
}
