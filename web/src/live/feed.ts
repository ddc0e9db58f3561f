/**
 * A server-sent event stream read through `fetch`. The browser's own EventSource hides what an on-call console must
 * know: that comment lines still arrive (so the line is alive), which status refused it, and it gives up for good on
 * a 503. It also cannot resend `Last-Event-ID` on a connection it did not open itself.
 */
export interface FeedEvent {
  id: string | null;
  name: string;
  data: string;
}

export interface FeedListener {
  opened(): void;
  /** Any bytes at all, comments included. */
  beat(): void;
  event(event: FeedEvent): void;
  /** The stream is over; `status` is null when no answer came. Called once, never after `close()`. */
  ended(status: number | null): void;
}

export interface Feed {
  close(): void;
}

export type OpenFeed = (lastId: string | null, listener: FeedListener) => Feed;

/** Splits the text of a stream into events as the HTML standard says. A block without data is dropped. */
export class FeedParser {
  private rest = "";
  private name = "";
  private data: string[] = [];
  private id: string | null = null;

  push(text: string): FeedEvent[] {
    const lines = (this.rest + text).split(/\r\n|\n|\r(?!$)/);
    this.rest = lines.pop() ?? "";
    const events: FeedEvent[] = [];
    for (const line of lines) {
      const event = this.line(line);
      if (event) events.push(event);
    }
    return events;
  }

  private line(line: string): FeedEvent | null {
    if (line === "") return this.finish();
    if (line.startsWith(":")) return null;
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") this.data.push(value);
    else if (field === "event") this.name = value;
    else if (field === "id" && !value.includes("\0")) this.id = value;
    return null;
  }

  private finish(): FeedEvent | null {
    const event = this.data.length > 0 ? { id: this.id, name: this.name || "message", data: this.data.join("\n") } : null;
    this.data = [];
    this.name = "";
    return event;
  }
}

export function openFeed(url: string): OpenFeed {
  return (lastId, listener) => {
    const abort = new AbortController();
    read(url, lastId, listener, abort.signal)
      .then((status) => abort.signal.aborted || listener.ended(status))
      .catch(() => abort.signal.aborted || listener.ended(null));
    return { close: () => abort.abort() };
  };
}

async function read(url: string, lastId: string | null, listener: FeedListener, signal: AbortSignal): Promise<number> {
  const headers: Record<string, string> = { Accept: "text/event-stream" };
  if (lastId !== null) headers["Last-Event-ID"] = lastId;
  const response = await fetch(url, { headers, signal, cache: "no-store", credentials: "same-origin" });
  if (!response.ok || !response.body) return response.status;
  listener.opened();
  const parser = new FeedParser();
  const text = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (;;) {
    const { done, value } = await text.read();
    if (done || signal.aborted) return response.status;
    listener.beat();
    for (const event of parser.push(value)) {
      if (signal.aborted) return response.status;
      listener.event(event);
    }
  }
}
