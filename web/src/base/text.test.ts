import { describe, expect, it } from "vitest";
import { flow, listed } from "./text";

describe("flow", () => {
  it("has one decimal, as on the command line", () => {
    expect([1.125, 0.9979, 20.09, 20, 99.96].map(flow)).toEqual(["1.1", "1.0", "20.1", "20.0", "100"]);
  });

  it("keeps two digits of a trickle and none behind the point of a flood", () => {
    expect([0.4212, 0.00123, 0].map(flow)).toEqual(["0.42", "0.0012", "0"]);
    expect([120.4, 1250.3, 3_200_000].map(flow)).toEqual(["120", "1,250", "3.2 M"]);
  });
});

describe("listed", () => {
  it("names a few and counts the rest, but never counts one", () => {
    expect(listed(["a", "b", "c", "d"])).toBe("a, b, c, d");
    expect(listed(["a", "b", "c", "d", "e"])).toBe("a, b, c and 2 more");
  });
});
