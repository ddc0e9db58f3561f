import type { Now } from "../api/types";
import { Cell } from "../base/cell";
import { session } from "../session/session";

/** The newest document of `GET now`, or null before the first one. */
export const world = new Cell<Now | null>(null);

/** The zone every time is shown in. */
export function zone(): string {
  return world.get()?.book.timezone || "UTC";
}

/** A person's name as the rota, the session and the incidents know it; the id where none does. */
export function personName(id: string | null): string {
  if (!id) return "nobody";
  return knownName(id) ?? id.charAt(0).toUpperCase() + id.slice(1);
}

function knownName(id: string): string | null {
  for (const shift of world.get()?.oncall ?? []) {
    if (shift.person === id && shift.name) return shift.name;
    if (shift.next === id && shift.next_name) return shift.next_name;
  }
  const me = session.get();
  if (me?.person === id && me.name) return me.name;
  return world.get()?.incidents.find((incident) => incident.owner === id)?.owner_name ?? null;
}

/**
 * Vigie's sentence with a person's name where it says the id: "Ben is paged". Only where a person acts or is acted on
 * ("ben is", "ben has"), or the one that `who` says the sentence is about: an id may well be an ordinary word.
 */
export function withNames(text: string, who: string | null = null): string {
  const acting = text.replace(/(^|\bnext: )([\w.-]+)(?= (?:is|has)\b)/g, (all, before: string, id: string) => {
    const name = knownName(id);
    return name === null ? all : before + name;
  });
  if (!who) return acting;
  const itself = new RegExp(`(?<![\\w.@/-])${who.replace(/[^\w]/g, "\\$&")}(?![\\w@/-]|\\.\\w)`, "g");
  return acting.replace(itself, personName(who));
}
