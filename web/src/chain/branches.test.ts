import { describe, expect, it } from "vitest";
import type { Stage } from "../api/types";
import { lanesOf, type Lane } from "./branches";

function stage(name: string, after?: string[]): Stage {
  return { name, service: null, state: "ok", flow: null, robot: null, ...(after ? { after } : {}) };
}

function text(lane: Lane): string {
  return lane.map((piece) => ("stage" in piece ? piece.stage.name : `(${piece.fork.map(text).join(" | ")})`)).join(" ");
}

describe("lanesOf", () => {
  it("keeps a plain chain a row", () => {
    expect(text(lanesOf([stage("a", []), stage("b", ["a"]), stage("c", ["b"])]))).toBe("a b c");
    expect(text(lanesOf([stage("a"), stage("b"), stage("c")]))).toBe("a b c");
  });

  it("draws what one stage feeds side by side", () => {
    expect(text(lanesOf([stage("a", []), stage("b", ["a"]), stage("c", ["a"]), stage("d", ["c"])]))).toBe("a (b | c d)");
  });

  it("lets lanes meet again", () => {
    expect(text(lanesOf([stage("a", []), stage("b", ["a"]), stage("c", ["a"]), stage("d", ["b", "c"]), stage("e", ["d"])]))).toBe("a (b | c) d e");
  });

  it("begins with several sources", () => {
    expect(text(lanesOf([stage("a", []), stage("b", []), stage("c", ["a", "b"])]))).toBe("(a | b) c");
  });

  it("draws every stage once, also where the book goes in a circle or names what is not there", () => {
    expect(text(lanesOf([stage("a", ["b"]), stage("b", ["a"])]))).toBe("a b");
    expect(text(lanesOf([stage("a", ["gone"]), stage("b", ["a"])]))).toBe("a b");
    expect(text(lanesOf([]))).toBe("");
  });
});
