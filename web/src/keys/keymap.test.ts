import { describe, expect, it } from "vitest";
import { belongsToPage, kBindings, KeyReader } from "./keymap";

describe("KeyReader", () => {
  it("reads single keys", () => {
    const reader = new KeyReader();
    expect(reader.read("a", 0)).toEqual({ act: "ack" });
    expect(reader.read("j", 1)).toEqual({ act: "move", by: 1 });
    expect(reader.read("?", 2)).toEqual({ act: "help" });
  });

  it("reads two keys as one command", () => {
    const reader = new KeyReader();
    expect(reader.read("g", 0)).toBeNull();
    expect(reader.read("i", 400)).toEqual({ act: "go", page: "incidents" });
  });

  it("does not acknowledge when the second key of a sequence is a", () => {
    const reader = new KeyReader();
    reader.read("g", 0);
    expect(reader.read("a", 200)).toEqual({ act: "go", page: "alerts" });
    expect(reader.read("a", 300)).toEqual({ act: "ack" });
  });

  it("forgets a sequence that is not finished in time", () => {
    const reader = new KeyReader();
    reader.read("g", 0);
    expect(reader.read("n", 1600)).toEqual({ act: "note" });
  });

  it("drops a sequence that leads nowhere, and does not act on its second key", () => {
    const reader = new KeyReader();
    reader.read("g", 0);
    expect(reader.read("t", 100)).toBeNull();
    expect(reader.read("t", 200)).toEqual({ act: "take" });
  });

  it("has no two commands on the same keys", () => {
    const keys = kBindings.map((binding) => binding.keys);
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("belongsToPage", () => {
  const event = (target: Element, more = {}) => ({ ctrlKey: false, metaKey: false, altKey: false, isComposing: false, target, ...more });

  it("leaves letters to fields and chords to the browser", () => {
    expect(belongsToPage(event(document.createElement("input")))).toBe(false);
    expect(belongsToPage(event(document.createElement("textarea")))).toBe(false);
    expect(belongsToPage(event(document.body, { ctrlKey: true }))).toBe(false);
    expect(belongsToPage(event(document.createElement("a")))).toBe(true);
  });
});
