import type { Session } from "../api/types";
import { ApiError, get, post, problemText, request } from "../api/client";
import { Cell } from "../base/cell";

/** Who is at the console: null while unknown, `person` null when nobody is signed in. */
export const session = new Cell<Session | null>(null);

/** Why the last attempt to sign in did not work, for the sign-in page. */
export const signInProblem = new Cell<string | null>(null);

/** The token of a one-time link, `#enter=TOKEN`; null when the address is not one. */
export function tokenFrom(hash: string): string | null {
  const match = /^#enter=([^&]+)/.exec(hash);
  return match?.[1] ? decodeURIComponent(match[1]) : null;
}

/** Uses up a one-time link if the address holds one, then asks who is signed in. */
export async function enter(hash: string, forget: () => void): Promise<void> {
  const token = tokenFrom(hash);
  if (token !== null) {
    // The token leaves the address, and so the history and any screen share, before anything else happens.
    forget();
    await signIn(token);
  }
  await askWho();
}

async function signIn(token: string): Promise<void> {
  try {
    await post("session", { token });
    signInProblem.set(null);
  } catch (cause) {
    const used = cause instanceof ApiError && cause.status >= 400 && cause.status < 500;
    signInProblem.set(used ? "This link has been used already or has run out." : problemText(cause));
  }
}

const kAgainMs = 2000;

async function askWho(): Promise<void> {
  try {
    session.set(await get<Session>("session"));
  } catch (cause) {
    if (cause instanceof ApiError && cause.status === 401) {
      session.set({ person: null, name: null });
      return;
    }
    signInProblem.set(problemText(cause));
    setTimeout(() => void askWho(), kAgainMs);
  }
}

export async function signOut(): Promise<void> {
  await request("DELETE", "session");
  session.set({ person: null, name: null });
}
