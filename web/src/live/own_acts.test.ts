import { describe, expect, it } from "vitest";
import { incidentWorld } from "../../mock/world.mjs";
import type { Incident, Now } from "../api/types";
import { OwnActs, withIncident } from "./own_acts";

const kNow = Date.parse("2026-01-13T13:00:00Z");
const at = (ms: number) => ({ ...(incidentWorld(kNow) as unknown as Now), at: new Date(kNow + ms).toISOString() });
const acknowledged = (): Incident => ({ ...at(0).incidents[0]!, state: "acknowledged", owner: "ana", owner_name: "Ana" });
const stateOf = (now: Now) => now.incidents.find((incident) => incident.id === 12)?.state;

describe("own acts", () => {
  it("stand against a document that was made before them", () => {
    const acts = new OwnActs();
    acts.note(acknowledged(), kNow + 700);
    expect(stateOf(acts.over(at(200)))).toBe("acknowledged");
    expect(stateOf(acts.over(at(600)))).toBe("acknowledged");
  });

  it("give way to the first document that was made after them", () => {
    const acts = new OwnActs();
    acts.note(acknowledged(), kNow + 700);
    expect(stateOf(acts.over(at(700)))).toBe("open");
    expect(stateOf(acts.over(at(300)))).toBe("open");
  });

  it("take a resolved incident out of the world", () => {
    const now = withIncident(at(0), { ...acknowledged(), state: "resolved" });
    expect(now.incidents.map((incident) => incident.id)).toEqual([11]);
  });
});
