import type { Series } from "../api/prometheus";

/** Series on one grid of time, as the plot wants them: seconds first, then one row each, null where nothing is. */
export function grid(series: readonly Series[], from: number, to: number, step: number): (number | null)[][] {
  const start = Math.round(from / 1000);
  const length = Math.floor((Math.round(to / 1000) - start) / step) + 1;
  const times = Array.from({ length }, (_, index) => start + index * step);
  const rows = series.map((one) => {
    const row: (number | null)[] = new Array(length).fill(null);
    for (const [at, value] of one.points) {
      const index = Math.round((at - start) / step);
      if (index >= 0 && index < length && Number.isFinite(value)) row[index] = value;
    }
    return row;
  });
  return [times, ...rows];
}

/** The last value at or before an index, and the one at it: what a legend shows. */
export function lastValue(row: readonly (number | null)[]): number | null {
  for (let index = row.length - 1; index >= 0; index--) {
    const value = row[index];
    if (value != null) return value;
  }
  return null;
}
