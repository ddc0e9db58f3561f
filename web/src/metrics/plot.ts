import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { figure } from "../base/text";
import { wallParts } from "../base/time";
import { resolved, type Pen } from "./palette";

/** The only file that knows uPlot; loaded when the first graph is shown. */
export interface PlotInput {
  data: (number | null)[][];
  pens: Pen[];
  zone: string;
  marks: { at: number; label: string }[];
  height: number;
  compact: boolean;
  onHover: (index: number | null) => void;
  onZoom: ((from: number, to: number) => void) | null;
}

export interface Plot {
  highlight(index: number | null): void;
  destroy(): void;
}

const kMonths = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

export function draw(holder: HTMLElement, input: PlotInput): Plot {
  const plot = new uPlot(options(holder, input), input.data as uPlot.AlignedData, holder);
  const resize = new ResizeObserver(() => plot.setSize({ width: holder.clientWidth, height: input.height }));
  resize.observe(holder);
  return {
    highlight: (index) => plot.setSeries(index === null ? null : index + 1, { focus: true }),
    destroy: () => {
      resize.disconnect();
      plot.destroy();
    },
  };
}

function options(holder: HTMLElement, input: PlotInput): uPlot.Options {
  const ink = resolved("var(--ink-3)");
  const grid = { stroke: resolved("var(--rule)"), width: 1 };
  const font = `11px ${getComputedStyle(holder).fontFamily}`;
  const axis = { stroke: ink, font, grid, ticks: { show: false } };
  return {
    width: holder.clientWidth || 600,
    height: input.height,
    legend: { show: false },
    padding: [10, 8, 0, 0],
    focus: { alpha: 0.25 },
    tzDate: (at) => uPlot.tzDate(new Date(at * 1000), input.zone),
    cursor: {
      drag: { x: input.onZoom !== null, y: false, setScale: false },
      points: { size: 6 },
      focus: { prox: 24 },
    },
    scales: { x: { time: true }, y: { range: padded } },
    axes: [
      { ...axis, space: 70, size: 34, values: (_, splits, _axis, _space, step) => times(splits, step, input.zone) },
      { ...axis, size: input.compact ? 46 : 56, values: (_, splits) => splits.map((value) => (value == null ? "" : figure(value))) },
    ],
    series: [{}, ...input.pens.map((pen) => ({
      stroke: resolved(pen.colour),
      dash: pen.dash,
      width: 1.6,
      points: { show: false },
      spanGaps: false,
    }))],
    hooks: {
      setCursor: [(plot) => input.onHover(plot.cursor.idx ?? null)],
      setSelect: [(plot) => zoomed(plot, input.onZoom)],
      draw: [(plot) => drawMarks(plot, input.marks, font)],
    },
  };
}

/** From zero when the values are near it, with a little air above; a flat line gets room on both sides. */
function padded(_: uPlot, low: number, high: number): [number, number] {
  if (low == null || high == null) return [0, 1];
  if (low === high) return low === 0 ? [-0.1, 1] : [Math.min(0, low * 1.2), Math.max(0, high * 1.2)];
  const air = (high - low) * 0.08;
  return [low >= 0 && low < (high - low) * 1.5 ? 0 : low - air, high <= 0 && high > (low - high) * 0.5 ? 0 : high + air];
}

function times(splits: number[], step: number, zone: string): string[] {
  let day = -1;
  const two = (n: number) => String(n).padStart(2, "0");
  return splits.map((at) => {
    const p = wallParts(at * 1000, zone);
    const date = `${p.day} ${kMonths[p.month - 1]}`;
    const turned = day !== -1 && day !== p.day;
    day = p.day;
    if (step >= 86_400) return date;
    const clock = step < 60 ? `${two(p.hour)}:${two(p.minute)}:${two(p.second)}` : `${two(p.hour)}:${two(p.minute)}`;
    return turned ? `${clock}\n${date}` : clock;
  });
}

function zoomed(plot: uPlot, onZoom: PlotInput["onZoom"]): void {
  const { left, width } = plot.select;
  if (!onZoom || width < 4) return;
  onZoom(plot.posToVal(left, "x") * 1000, plot.posToVal(left + width, "x") * 1000);
}

function drawMarks(plot: uPlot, marks: PlotInput["marks"], font: string): void {
  const { ctx, bbox } = plot;
  const scale = devicePixelRatio || 1;
  for (const mark of marks) {
    const x = plot.valToPos(mark.at / 1000, "x", true);
    if (x < bbox.left || x > bbox.left + bbox.width) continue;
    ctx.save();
    ctx.strokeStyle = ctx.fillStyle = resolved("var(--bad)");
    ctx.lineWidth = scale;
    ctx.setLineDash([4 * scale, 3 * scale]);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.font = font.replace("11px", `${11 * scale}px`);
    const wide = ctx.measureText(mark.label).width + 6 * scale;
    const fits = x + wide < bbox.left + bbox.width;
    ctx.textAlign = fits ? "left" : "right";
    // A rim in the panel's colour: the label stays readable across a line.
    ctx.strokeStyle = resolved("var(--panel)");
    ctx.lineWidth = 5 * scale;
    ctx.lineJoin = "round";
    ctx.setLineDash([]);
    ctx.strokeText(mark.label, x + (fits ? 5 : -5) * scale, bbox.top + 11 * scale);
    ctx.fillText(mark.label, x + (fits ? 5 : -5) * scale, bbox.top + 11 * scale);
    ctx.restore();
  }
}
