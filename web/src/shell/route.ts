import { Cell } from "../base/cell";

/** The console's address lives after `#`, so that any server can serve it as one file. */
export interface Route {
  page: string;
  id: string | null;
  query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const text = hash.replace(/^#\/?/, "");
  const [path = "", query = ""] = splitOnce(text, "?");
  const [page = "", id = ""] = splitOnce(path, "/");
  return { page: page || "now", id: id ? decode(id) : null, query: new URLSearchParams(query) };
}

function splitOnce(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function href(page: string, id?: string | number | null, query?: Record<string, string | null>): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value) params.set(name, value);
  const tail = params.size > 0 ? `?${params}` : "";
  const item = id == null || id === "" ? "" : `/${encodeURIComponent(String(id))}`;
  return `#/${page}${item}${tail}`;
}

export const route = new Cell<Route>({ page: "now", id: null, query: new URLSearchParams() });

export function readAddress(): void {
  // A one-time link is a key, not a place.
  if (!location.hash.startsWith("#enter=")) route.set(parseRoute(location.hash));
}

export function followAddress(): void {
  window.addEventListener("hashchange", readAddress);
}

export function go(address: string): void {
  if (location.hash !== address) location.hash = address;
}

/** Changes the address without a new step in the history: for settings of a page that should be shareable. */
export function settle(address: string): void {
  history.replaceState(null, "", address);
  route.set(parseRoute(address));
}
