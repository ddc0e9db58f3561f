import { declareIncident } from "../incident/declare";
import { ackIncident, askNote, askResolve, takeIncident } from "../incident/acts";
import { openFinder } from "../find/finder";
import { dialogOpen } from "../shell/dialog";
import { openHelp } from "../shell/help";
import { go, href, route } from "../shell/route";
import { toast } from "../shell/toasts";
import { world } from "../live/world";
import { belongsToPage, KeyReader, type Command } from "./keymap";
import { focusedIncident, moveRow } from "./moves";

export function listenToKeys(): () => void {
  const reader = new KeyReader();
  const onKey = (event: KeyboardEvent) => {
    if (dialogOpen() || event.defaultPrevented) return;
    if (event.key === "Escape") return leave();
    if (!belongsToPage(event)) return;
    const command = reader.read(event.key, event.timeStamp);
    if (!command) return;
    event.preventDefault();
    obey(command);
  };
  document.addEventListener("keydown", onKey);
  return () => document.removeEventListener("keydown", onKey);
}

function obey(command: Command): void {
  switch (command.act) {
    case "move":
      return moveRow(command.by);
    case "go":
      return go(href(command.page));
    case "find":
      return openFinder();
    case "help":
      return openHelp();
    case "declare":
      return declareIncident();
    case "leave":
      return leave();
    default:
      return onIncident(command.act);
  }
}

function onIncident(act: "ack" | "take" | "resolve" | "note"): void {
  const id = meantIncident();
  if (id === null) return toast(whyNone(), "warn");
  if (act === "ack") void ackIncident(id);
  else if (act === "take") void takeIncident(id);
  else if (act === "resolve") askResolve(id);
  else askNote(id);
}

/** The focused one, else the one the page is about, else the only one that is open: never a guess among several. */
function meantIncident(): number | null {
  const focused = focusedIncident();
  if (focused !== null) return focused;
  const { page, id } = route.get();
  if (page === "incidents" && id !== null) return Number(id);
  const open = world.get()?.incidents ?? [];
  return page === "now" && open.length === 1 ? open[0]!.id : null;
}

function whyNone(): string {
  if (route.get().page !== "now") return "No incident is chosen here";
  return world.get()?.incidents.length ? "Several incidents are open: choose one first (j/k)" : "No incident is open";
}

function leave(): void {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}
