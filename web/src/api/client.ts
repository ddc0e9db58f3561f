import { noteServerDate } from "../live/clock";
import { Cell } from "../base/cell";

/** What the daemon refused and why, in its own words. `status` 0 means it could not be reached. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly field: string | null = null,
  ) {
    super(message);
  }
}

/** Counts answers of 401, so that the session notices it has ended whoever asked. */
export const refusals = new Cell(0);

const kRoot = "/api/vigie/";
const kDeadlineMs = 15_000;

async function exchange(path: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, {
      credentials: "same-origin",
      cache: "no-store",
      ...init,
      signal: init.signal ?? AbortSignal.timeout(kDeadlineMs),
    });
  } catch (cause) {
    const slow = cause instanceof DOMException && cause.name === "TimeoutError";
    throw new ApiError(0, slow ? "timeout" : "unreachable", slow ? "Vigie did not answer within 15 s" : "Vigie cannot be reached");
  }
  noteServerDate(response.headers.get("date"));
  return response;
}

async function body(response: Response): Promise<unknown> {
  const text = await response.text();
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return { error: { code: "not_json", message: text.slice(0, 300) } };
  }
}

/** Keys of writes whose fate is not known: whoever presses the button again means the same one. */
const unsettled = new Map<string, string>();
const kUnsettledMax = 50;

export async function request<T>(method: string, path: string, payload?: unknown): Promise<T> {
  const headers: Record<string, string> = { Accept: "application/json" };
  const init: RequestInit = { method, headers };
  if (payload !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(payload);
  }
  if (method === "GET") return (await send(path, init)) as T;
  const same = `${method} ${path} ${String(init.body ?? "")}`;
  const key = (headers["Idempotency-Key"] = unsettled.get(same) ?? newKey());
  unsettled.delete(same);
  try {
    return (await send(path, init)) as T;
  } catch (cause) {
    const open = cause instanceof ApiError && (cause.status === 0 || cause.status >= 500);
    if (open && unsettled.size < kUnsettledMax) unsettled.set(same, key);
    throw cause;
  }
}

async function send(path: string, init: RequestInit): Promise<unknown> {
  const response = await exchange(kRoot + path, init);
  const answer = await body(response);
  if (response.status === 401) refusals.update((n) => n + 1);
  if (!response.ok) throw refusal(response, answer);
  return answer;
}

function refusal(response: Response, answer: unknown): ApiError {
  const error = (answer as { error?: { code?: string; message?: string; field?: string | null } } | null)?.error;
  const message = error?.message ?? `Vigie answered ${response.status} ${response.statusText}`.trim();
  return new ApiError(response.status, error?.code ?? "unknown", message, error?.field ?? null);
}

export const get = <T>(path: string) => request<T>("GET", path);
export const post = <T>(path: string, payload: unknown = {}) => request<T>("POST", path, payload);

/** Prometheus' part of the API has its own envelope; see `prometheus.ts`. */
export async function getRaw(path: string): Promise<{ status: number; answer: unknown }> {
  const response = await exchange(path, { headers: { Accept: "application/json" } });
  if (response.status === 401) refusals.update((n) => n + 1);
  return { status: response.status, answer: await body(response) };
}

/** A path segment made of text that people chose. */
export const segment = (text: string | number) => encodeURIComponent(String(text));

/** `crypto.randomUUID` only exists on secure origins; the console is also reached over plain loopback names. */
function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function problemText(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
