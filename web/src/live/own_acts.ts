import type { Incident, Now } from "../api/types";
import { parseTime } from "../base/time";

/**
 * What this person's acts were answered with. The world's document is made elsewhere and may be older than the answer
 * when it arrives: until one was made after the act, the incident is shown as the answer says.
 */
export class OwnActs {
  private readonly acts = new Map<number, { at: number; incident: Incident }>();

  /** `at` is when the act happened, by the daemon's clock. */
  note(incident: Incident, at: number): void {
    this.acts.set(incident.id, { at, incident });
  }

  over(now: Now): Now {
    const made = parseTime(now.at) ?? 0;
    let out = now;
    for (const [id, { at, incident }] of this.acts) {
      if (made >= at) this.acts.delete(id);
      else out = withIncident(out, incident);
    }
    return out;
  }
}

/** The world with this incident as it is now; a resolved one is no longer in it. */
export function withIncident(now: Now, incident: Incident): Now {
  const incidents = now.incidents
    .map((entry) => (entry.id === incident.id ? { ...entry, ...incident } : entry))
    .filter((entry) => entry.state !== "resolved");
  return { ...now, incidents };
}
