import type { Now } from "../api/types";
import { Cell } from "../base/cell";

/** The newest document of `GET now`, or null before the first one. */
export const world = new Cell<Now | null>(null);

/** The zone every time is shown in. */
export function zone(): string {
  return world.get()?.book.timezone || "UTC";
}

/** A person's name as the rota knows it; the id where it does not. */
export function personName(id: string | null): string {
  if (!id) return "nobody";
  for (const shift of world.get()?.oncall ?? []) {
    if (shift.person === id && shift.name) return shift.name;
    if (shift.next === id && shift.next_name) return shift.next_name;
  }
  return id.charAt(0).toUpperCase() + id.slice(1);
}
