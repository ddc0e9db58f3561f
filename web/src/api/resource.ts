import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { get, problemText } from "./client";
import { world } from "../live/world";

export interface Resource<T> {
  value: T | null;
  problem: string | null;
  loading: boolean;
  reload: () => void;
}

const kQuietMs = 1500;

/** The documents on screen. */
const onScreen = new Set<(path: string | null, answer: unknown) => void>();

/**
 * After an act of this person: every document on screen is asked again now, without the quiet time. What the act was
 * answered with is newer than the document at `path` and shows at once.
 */
export function refetch(path: string | null = null, answer: unknown = null): void {
  for (const hear of [...onScreen]) hear(path, answer);
}

/**
 * A document of the API that stays fresh: asked again when the journal has moved on, at most every 1.5 s.
 * The last good answer stays on screen while a later one fails. `path` null asks nothing.
 */
export function useResource<T>(path: string | null): Resource<T> {
  const [state, setState] = useState<{ path: string | null; value: T | null; problem: string | null }>({
    path: null,
    value: null,
    problem: null,
  });
  const wanted = useRef(path);
  wanted.current = path;
  const newest = useRef(0);

  const reload = useCallback(() => {
    const asked = wanted.current;
    if (asked === null) return;
    const mine = ++newest.current;
    // A slow answer must not undo a later one.
    const current = () => wanted.current === asked && mine === newest.current;
    get<T>(asked).then(
      (value) => current() && setState({ path: asked, value, problem: null }),
      (cause) =>
        current() &&
        setState((old) => ({ path: asked, value: old.path === asked ? old.value : null, problem: problemText(cause) })),
    );
  }, []);

  useEffect(() => {
    const hear = (about: string | null, answer: unknown) => {
      if (about !== null && about === wanted.current && answer !== null) {
        setState((old) => (old.path === about && old.value !== null ? { ...old, value: { ...old.value, ...answer }, problem: null } : old));
      }
      reload();
    };
    onScreen.add(hear);
    reload();
    const unfollow = followJournal(reload);
    return () => {
      onScreen.delete(hear);
      unfollow();
    };
  }, [path, reload]);

  const current = state.path === path;
  return {
    value: current ? state.value : null,
    problem: current ? state.problem : null,
    loading: path !== null && !current,
    reload,
  };
}

function followJournal(reload: () => void): () => void {
  let last = Date.now();
  let timer: ReturnType<typeof setTimeout> | null = null;
  let seq = world.get()?.seq ?? null;
  const unwatch = world.watch(() => {
    const next = world.get()?.seq ?? null;
    if (next === seq) return;
    seq = next;
    if (timer !== null) return;
    timer = setTimeout(() => {
      timer = null;
      last = Date.now();
      reload();
    }, Math.max(0, kQuietMs - (Date.now() - last)));
  });
  return () => {
    unwatch();
    if (timer !== null) clearTimeout(timer);
  };
}
