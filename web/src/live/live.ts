import type { Now } from "../api/types";
import { get } from "../api/client";
import { parseTime } from "../base/time";
import { noteDocument } from "./clock";
import { openFeed } from "./feed";
import { Stream } from "./stream";
import { world } from "./world";
import { session } from "../session/session";

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
    world.set(now);
  },
  onSignedOut: () => session.set({ person: null, name: null }),
});

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
