import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { incidentWorld } from "../../mock/world.mjs";
import type { Now } from "../api/types";
import { session } from "../session/session";
import { personName, withNames, world } from "./world";

describe("names of people", () => {
  beforeEach(() => {
    world.set(incidentWorld() as unknown as Now);
    session.set({ person: "dd", name: "Dora" });
  });
  afterEach(() => session.set(null));

  it("come from the rota and the session; an id that nobody knows stays itself", () => {
    expect([personName("ben"), personName("dd"), personName("eve"), personName(null)]).toEqual(["Ben", "Dora", "Eve", "nobody"]);
  });

  it("stand where a person acts or is acted on", () => {
    expect(withNames("ben is paged over a webhook")).toBe("Ben is paged over a webhook");
    expect(withNames("event does not answer; next: ben is mailed.")).toBe("event does not answer; next: Ben is mailed.");
    expect(withNames("datajs is broken, says ben")).toBe("datajs is broken, says ben");
  });

  it("stand for the one that a sentence is about, and not within an address", () => {
    expect(withNames("page 1 to ben over email left", "ben")).toBe("page 1 to Ben over email left");
    expect(withNames("acknowledged by ana.", "ana")).toBe("acknowledged by Ana.");
    expect(withNames("ben@example.org, /hook/ben, ben.topic", "ben")).toBe("ben@example.org, /hook/ben, ben.topic");
  });
});
