import { href } from "../shell/route";

/** The stretch of time a graph shows. A live one ends now and moves on; a fixed one stands still. */
export interface Span {
  from: number;
  to: number;
  /** The name of the picked range, "1h", when live. */
  live: string | null;
}

export const kRanges: readonly (readonly [string, number])[] = [
  ["15m", 15 * 60_000],
  ["1h", 3_600_000],
  ["6h", 6 * 3_600_000],
  ["1d", 86_400_000],
  ["7d", 7 * 86_400_000],
  ["30d", 30 * 86_400_000],
];

const kDefaultRange = "1h";
const kSpanMinMs = 10_000;

/** What the address says: `from` and `to` in milliseconds, else `range`, else the last hour. */
export function spanOf(query: URLSearchParams, now: number): Span {
  const from = Number(query.get("from"));
  const to = Number(query.get("to"));
  if (query.has("from") && query.has("to") && Number.isFinite(from) && to - from >= kSpanMinMs) return { from, to, live: null };
  const live = kRanges.some(([name]) => name === query.get("range")) ? query.get("range")! : kDefaultRange;
  return { from: now - lengthOf(live), to: now, live };
}

export function lengthOf(range: string): number {
  return kRanges.find(([name]) => name === range)?.[1] ?? 3_600_000;
}

/** The address that shows the same again, also in another browser. */
export function metricsAddress(expr: string, span: Pick<Span, "from" | "to" | "live">, view: string): string {
  return href("metrics", null, {
    expr,
    ...(span.live ? { range: span.live === kDefaultRange ? null : span.live } : { from: String(Math.round(span.from)), to: String(Math.round(span.to)) }),
    view: view === "graph" ? null : view,
  });
}

const kNiceSteps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
const kPointsMax = 600;

/** Seconds between points: a round number that gives at most 600 of them. */
export function stepFor(spanMs: number): number {
  const wanted = spanMs / 1000 / kPointsMax;
  return kNiceSteps.find((step) => step >= wanted) ?? Math.ceil(wanted / 86400) * 86400;
}

/** The same stretch on whole steps, so that asking again gives the same points plus new ones. */
export function aligned(from: number, to: number, step: number): { from: number; to: number } {
  const ms = step * 1000;
  return { from: Math.floor(from / ms) * ms, to: Math.floor(to / ms) * ms };
}
