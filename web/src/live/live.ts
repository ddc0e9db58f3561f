import type { Incident, Now, TimelineEntry } from "../api/types";
import { get } from "../api/client";
import { refetch } from "../api/resource";
import { parseTime } from "../base/time";
import { noteDocument } from "./clock";
import { openFeed } from "./feed";
import { OwnActs, withIncident } from "./own_acts";
import { Stream } from "./stream";
import { world } from "./world";
import { session } from "../session/session";

const ownActs = new OwnActs();

/** The one stream of this page, wired to the browser. */
export const stream = new Stream({
  open: openFeed("/api/vigie/events"),
  ask: () => get<Now>("now"),
  timers: {
    now: () => Date.now(),
    set: (after, act) => setTimeout(act, after),
    clear: (timer) => clearTimeout(timer as ReturnType<typeof setTimeout>),
  },
  random: Math.random,
  onNow: (now) => {
    noteDocument(parseTime(now.at));
    // A slow answer to `GET now` must not undo what the stream has told since.
    const shown = world.get();
    if (shown && now.seq < shown.seq && Date.parse(now.at) < Date.parse(shown.at)) return;
    world.set(ownActs.over(now));
  },
  onSignedOut: () => session.set({ person: null, name: null }),
});

/** This person has just done something and looks for its effect: everything on screen is asked again at once. */
export function showEffect(): void {
  refetch();
  void stream.refresh();
}

/** The same after an act on an incident: its answer is the incident as it is now, and shows before anything is asked. */
export function showIncident(answer: Incident & { timeline?: TimelineEntry[] }): void {
  const at = parseTime(answer.timeline?.at(-1)?.at);
  if (at !== null) ownActs.note(answer, at);
  world.update((now) => now && withIncident(now, answer));
  refetch(`incidents/${answer.id}`, answer);
  void stream.refresh();
}

export function goLive(): () => void {
  const wake = () => {
    if (document.visibilityState !== "hidden") stream.kick();
  };
  window.addEventListener("online", wake);
  document.addEventListener("visibilitychange", wake);
  stream.start();
  void stream.refresh();
  return () => {
    window.removeEventListener("online", wake);
    document.removeEventListener("visibilitychange", wake);
    stream.stop();
  };
}
