import { describe, expect, it } from "vitest";
import { calmWorld } from "../../mock/world.mjs";
import type { Now } from "../api/types";
import { find, tokens } from "./match";
import { places } from "./places";

const now = calmWorld(Date.parse("2026-01-13T13:00:00Z")) as unknown as Now;
const items = places(now, [], [
  { id: "clean-mediator", title: "Clean the mediator's dumps", when: 'alert="NodeFilesystemFree"', automatic: false, guard: null, path: null },
]);
const first = (query: string) => find(query, items)[0]?.item.title;

describe("find", () => {
  it("finds the service whose symptom people describe", () => {
    const [hit] = find("search is broken", items);
    expect(hit?.item.title).toBe("originsrv");
    expect(hit?.because).toBe("search is broken");
  });

  it("meets words with other endings", () => {
    expect(first("heartbeat stalled")).toBe("datajs");
  });

  it("finds by the beginning and by the middle of a name", () => {
    expect(first("tele")).toBe("telesurveillance");
    expect(first("management")).toBe("devicemanagement");
  });

  it("prefers the thing of that name over things that mention it", () => {
    expect(first("kafka")).toBe("kafka");
  });

  it("finds runbooks by title and by alert, and pages by title", () => {
    expect(first("dumps clean")).toBe("Clean the mediator's dumps");
    expect(first("NodeFilesystemFree")).toBe("Clean the mediator's dumps");
    expect(first("metrics")).toBe("Metrics");
  });

  it("finds nothing for nothing and for what nobody wrote", () => {
    expect(find("  ", items)).toEqual([]);
    expect(find("zeppelin", items)).toEqual([]);
  });

  it("reads accents and case as plain letters", () => {
    expect(tokens("Télé-Surveillance É!")).toEqual(["tele", "surveillance", "e"]);
  });
});
