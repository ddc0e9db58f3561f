import { describe, expect, it } from "vitest";
import { tokenFrom } from "../session/session";
import { href, parseRoute } from "./route";

describe("addresses", () => {
  it("go there and back, whatever a name holds", () => {
    const name = "topic/a b?c#d%";
    const route = parseRoute(href("services", name));
    expect(route.page).toBe("services");
    expect(route.id).toBe(name);
  });

  it("lead to Now when they say nothing", () => {
    expect(parseRoute("").page).toBe("now");
    expect(parseRoute("#/").page).toBe("now");
  });

  it("leave out settings that are not set", () => {
    expect(href("metrics", null, { expr: "a b", from: null })).toBe("#/metrics?expr=a+b");
  });

  it("survive broken escapes", () => {
    expect(parseRoute("#/services/%zz").id).toBe("%zz");
  });

  it("tell a one-time link from a place", () => {
    expect(tokenFrom("#enter=a%2Bb")).toBe("a+b");
    expect(tokenFrom("#/now")).toBeNull();
    expect(tokenFrom("#enter=")).toBeNull();
  });
});
