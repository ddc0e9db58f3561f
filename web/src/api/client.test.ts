import { afterEach, describe, expect, it, vi } from "vitest";
import { ApiError, get, post, refusals } from "./client";

const answer = (status: number, text: string) => vi.fn(async (_path: string, _init: RequestInit) => new Response(text, { status }));

describe("the API's client", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("sends every write with a key of its own, and no read", async () => {
    const fetch = answer(200, "{}");
    vi.stubGlobal("fetch", fetch);
    await post("incidents/1/ack");
    await post("incidents/1/ack");
    await get("now");
    const keys = fetch.mock.calls.map(([, init]) => (init.headers as Record<string, string>)["Idempotency-Key"]);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[2]).toBeUndefined();
  });

  it("keeps the key of a write whose fate is not known, for the same one pressed again", async () => {
    const fetch = vi.fn(async (_path: string, _init: RequestInit): Promise<Response> => { throw new TypeError("Failed to fetch"); });
    vi.stubGlobal("fetch", fetch);
    await post("incidents", { title: "a" }).catch(() => null);
    fetch.mockImplementation(async () => new Response("{}", { status: 200 }));
    await post("incidents", { title: "b" });
    await post("incidents", { title: "a" });
    await post("incidents", { title: "a" });
    const keys = fetch.mock.calls.map(([, init]) => (init.headers as Record<string, string>)["Idempotency-Key"]);
    expect(keys[2]).toBe(keys[0]);
    expect(keys[1]).not.toBe(keys[0]);
    expect(keys[3]).not.toBe(keys[0]);
  });

  it("hands on the daemon's own words and the field they are about", async () => {
    vi.stubGlobal("fetch", answer(400, '{"error": {"code": "invalid", "message": "a title is needed", "field": "title"}}'));
    const error = await post("incidents", {}).catch((cause) => cause);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: "invalid", message: "a title is needed", field: "title" });
  });

  it("counts refusals, so that an ended session is noticed", async () => {
    vi.stubGlobal("fetch", answer(401, ""));
    const before = refusals.get();
    await get("now").catch(() => null);
    expect(refusals.get()).toBe(before + 1);
  });

  it("says so when Vigie cannot be reached, and when something else answers", async () => {
    vi.stubGlobal("fetch", vi.fn(async () => { throw new TypeError("Failed to fetch"); }));
    await expect(get("now")).rejects.toMatchObject({ status: 0, message: "Vigie cannot be reached" });
    vi.stubGlobal("fetch", answer(502, "<html>Bad gateway</html>"));
    await expect(get("now")).rejects.toMatchObject({ status: 502, message: "<html>Bad gateway</html>" });
  });
});
