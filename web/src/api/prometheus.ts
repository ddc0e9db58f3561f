import type { Labels } from "./types";
import { ApiError, getRaw } from "./client";

/** Prometheus' `/api/v1`: values of an expression at an instant or over a range. */

export interface Series {
  labels: Labels;
  /** Seconds since 1970 and value, in order of time. */
  points: [number, number][];
}

export interface QueryResult {
  type: "vector" | "matrix" | "scalar" | "string";
  series: Series[];
  text: string | null;
  warnings: string[];
}

type Sample = [number, string];

interface Envelope {
  status?: string;
  error?: string | { message?: string };
  errorType?: string;
  warnings?: string[];
  data?: { resultType: string; result: unknown };
}

export function instantQuery(expr: string, at: number | null): Promise<QueryResult> {
  const params = new URLSearchParams({ query: expr });
  if (at !== null) params.set("time", String(at / 1000));
  return ask(`/api/v1/query?${params}`);
}

/** `from` and `to` in milliseconds, both ends included; `step` in seconds. */
export function rangeQuery(expr: string, from: number, to: number, step: number): Promise<QueryResult> {
  const params = new URLSearchParams({
    query: expr,
    start: String(from / 1000),
    end: String(to / 1000),
    step: String(step),
  });
  return ask(`/api/v1/query_range?${params}`);
}

async function ask(path: string): Promise<QueryResult> {
  const { status, answer } = await getRaw(path);
  const envelope = (answer ?? {}) as Envelope;
  if (envelope.status !== "success" || !envelope.data) {
    const error = typeof envelope.error === "string" ? envelope.error : envelope.error?.message;
    throw new ApiError(status, envelope.errorType ?? "unknown", error ?? `the query was answered with ${status}`);
  }
  return read(envelope.data, envelope.warnings ?? []);
}

export function read(data: { resultType: string; result: unknown }, warnings: string[]): QueryResult {
  switch (data.resultType) {
    case "vector": {
      const rows = data.result as { metric: Labels; value: Sample }[];
      return result("vector", rows.map((row) => ({ labels: row.metric, points: [point(row.value)] })), warnings);
    }
    case "matrix": {
      const rows = data.result as { metric: Labels; values: Sample[] }[];
      return result("matrix", rows.map((row) => ({ labels: row.metric, points: row.values.map(point) })), warnings);
    }
    case "scalar":
      return result("scalar", [{ labels: {}, points: [point(data.result as Sample)] }], warnings);
    default:
      return { type: "string", series: [], text: (data.result as Sample)[1], warnings };
  }
}

function result(type: QueryResult["type"], series: Series[], warnings: string[]): QueryResult {
  return { type, series, text: null, warnings };
}

function point([at, text]: Sample): [number, number] {
  return [at, number(text)];
}

function number(text: string): number {
  if (text === "+Inf" || text === "Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}
