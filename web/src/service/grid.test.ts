import { describe, expect, it } from "vitest";
import type { Service } from "../api/types";
import { grouped } from "./grid";

const service = (name: string, more: Partial<Service> = {}) => ({ name, health: "healthy", cause: null, ...more }) as Service;

describe("grouped", () => {
  it("puts victims under their cause and the sick before the well", () => {
    const { groups, rest } = grouped([service("a"), service("b", { health: "unhealthy" }), service("v", { cause: "c" }), service("c", { health: "unhealthy" })]);
    expect(groups.map((group) => [group.causeName, group.victims.map((victim) => victim.name)])).toEqual([["c", ["v"]]]);
    expect(rest.map((entry) => entry.name)).toEqual(["b", "a"]);
  });

  it("shows every service exactly once, also in a row of causes", () => {
    const all = [service("a"), service("b", { cause: "a" }), service("c", { cause: "b" }), service("d", { cause: "elsewhere" })];
    const { groups, rest } = grouped(all);
    const shown = [...groups.flatMap((group) => [group.cause, ...group.victims]), ...rest].filter((entry) => entry !== null).map((entry) => entry.name);
    expect(shown.sort()).toEqual(["a", "b", "c", "d"]);
  });
});
