/** What the keys mean. `?` shows this table; nothing else in the console listens for bare letters. */
export type Command =
  | { act: "move"; by: 1 | -1 }
  | { act: "ack" | "take" | "resolve" | "note" | "declare" | "find" | "help" | "leave" }
  | { act: "go"; page: string };

export interface Binding {
  keys: string;
  command: Command;
  help: string;
  group: "Move" | "Act on the incident" | "Go to" | "Everywhere";
}

const goTo = (key: string, page: string, help: string): Binding => ({
  keys: `g ${key}`,
  command: { act: "go", page },
  help,
  group: "Go to",
});

export const kBindings: readonly Binding[] = [
  { keys: "j", command: { act: "move", by: 1 }, help: "next item (Enter opens it)", group: "Move" },
  { keys: "k", command: { act: "move", by: -1 }, help: "previous item", group: "Move" },
  { keys: "a", command: { act: "ack" }, help: "acknowledge", group: "Act on the incident" },
  { keys: "t", command: { act: "take" }, help: "take: it is mine now", group: "Act on the incident" },
  { keys: "n", command: { act: "note" }, help: "write a note", group: "Act on the incident" },
  { keys: "r", command: { act: "resolve" }, help: "resolve", group: "Act on the incident" },
  { keys: "d", command: { act: "declare" }, help: "declare a new incident", group: "Act on the incident" },
  goTo("n", "now", "now"),
  goTo("i", "incidents", "incidents"),
  goTo("a", "alerts", "alerts"),
  goTo("s", "services", "services"),
  goTo("c", "chains", "chains"),
  goTo("b", "runbooks", "runbooks"),
  goTo("r", "runs", "runs"),
  goTo("w", "who", "who is on call"),
  goTo("m", "metrics", "metrics"),
  { keys: "/", command: { act: "find" }, help: "find a service, incident, runbook or page", group: "Everywhere" },
  { keys: "?", command: { act: "help" }, help: "this table", group: "Everywhere" },
  { keys: "Escape", command: { act: "leave" }, help: "close, or leave a field", group: "Everywhere" },
];

const kSequenceMs = 1500;

/** Reads keys one by one and knows two-key sequences. A sequence not finished in 1.5 s is forgotten. */
export class KeyReader {
  private pending = "";
  private pendingAt = 0;

  read(key: string, at: number): Command | null {
    const held = this.pending !== "" && at - this.pendingAt <= kSequenceMs;
    this.pending = held ? this.pending : "";
    const typed = held ? `${this.pending} ${key}` : key;
    const found = kBindings.find((binding) => binding.keys === typed);
    if (found || held) this.pending = "";
    else if (kBindings.some((binding) => binding.keys.startsWith(`${key} `))) {
      this.pending = key;
      this.pendingAt = at;
    }
    return found?.command ?? null;
  }
}

/** Letters belong to the field while someone types; a chord belongs to the browser. */
export function belongsToPage(event: Pick<KeyboardEvent, "ctrlKey" | "metaKey" | "altKey" | "isComposing" | "target">): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return false;
  const target = event.target as HTMLElement | null;
  if (!target?.tagName) return true;
  return !(/^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) || target.isContentEditable);
}
