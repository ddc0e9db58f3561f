import { describe, expect, it } from "vitest";
import { read } from "../api/prometheus";
import { accept, completions, wordAt } from "./complete";
import { familiesOf } from "./families";
import { seriesName, shared } from "./legend";
import { placeIn } from "./problem";
import { aligned, metricsAddress, spanOf, stepFor } from "./range";
import { grid } from "./table_of";

describe("completion", () => {
  it("completes the name before the cursor", () => {
    expect(wordAt("sum(rate(node_c", 15)).toEqual({ word: "node_c", start: 9 });
  });

  it("keeps out of braces, brackets and quotes", () => {
    expect(wordAt('up{job="ho', 10)).toBeNull();
    expect(wordAt("up{jo", 5)).toBeNull();
    expect(wordAt("rate(up[5", 9)).toBeNull();
    expect(wordAt('up{job="a"} + no', 16)).toEqual({ word: "no", start: 14 });
  });

  it("puts what begins with the word first", () => {
    expect(completions("rat", ["vigie_rating", "rate_limited"]).map((entry) => entry.text)).toEqual(["rate", "rate_limited", "irate", "vigie_rating"]);
  });

  it("replaces the whole word and opens a function's bracket", () => {
    expect(accept("sum(ra", 6, { text: "rate", kind: "function" })).toEqual({ text: "sum(rate(", cursor: 9 });
    expect(accept("up + dow", 2, { text: "up_total", kind: "metric" })).toEqual({ text: "up_total + dow", cursor: 8 });
  });
});

describe("the range in the address", () => {
  const now = 1_760_000_000_000;

  it("is the last hour unless it says otherwise", () => {
    expect(spanOf(new URLSearchParams(), now)).toEqual({ from: now - 3_600_000, to: now, live: "1h" });
    expect(spanOf(new URLSearchParams("range=nonsense"), now).live).toBe("1h");
  });

  it("goes there and back", () => {
    const fixed = { from: now - 1000_000, to: now, live: null };
    const address = metricsAddress("rate(up[5m]) > 0", fixed, "table");
    const query = new URLSearchParams(address.split("?")[1]);
    expect(query.get("expr")).toBe("rate(up[5m]) > 0");
    expect(spanOf(query, 0)).toEqual(fixed);
    expect(query.get("view")).toBe("table");
  });

  it("asks for at most 600 points on round steps", () => {
    expect(stepFor(3_600_000)).toBe(10);
    expect(stepFor(60_000)).toBe(1);
    expect(stepFor(30 * 86_400_000)).toBe(7200);
    expect(aligned(1_001, 12_999, 5)).toEqual({ from: 0, to: 10_000 });
  });
});

describe("where a query is wrong", () => {
  it("reads the place from the parser's words", () => {
    expect(placeIn('invalid parameter "query": 1:5: parse error: unexpected ")"')).toEqual({ line: 1, column: 5, message: 'parse error: unexpected ")"' });
    expect(placeIn("2:11: parse error: x")).toEqual({ line: 2, column: 11, message: "parse error: x" });
    expect(placeIn("query timed out after 12:30 minutes")).toBeNull();
  });
});

describe("answers", () => {
  it("reads a matrix and puts it on one grid of time", () => {
    const answer = read({ resultType: "matrix", result: [{ metric: { a: "1" }, values: [[10, "1"], [30, "+Inf"], [40, "4"]] }] }, []);
    expect(grid(answer.series, 10_000, 40_000, 10)).toEqual([[10, 20, 30, 40], [1, null, null, 4]]);
  });

  it("names series by what tells them apart", () => {
    const all = [{ __name__: "up", job: "a", zone: "x" }, { __name__: "up", job: "b", zone: "x" }];
    expect(seriesName(all[0]!, shared(all))).toBe('{job="a"}');
    expect(seriesName({ __name__: "up" })).toBe("up");
    expect(seriesName({})).toBe("value");
  });
});

describe("names by family", () => {
  const many = Array.from({ length: 30 }, (_, i) => `node_memory_${i}_bytes`);

  it("splits a large family and keeps lone names together", () => {
    const families = familiesOf(["up", "datajs_in_total", "datajs_out_total", "node_load1", "ALERTS", ...many]);
    expect(families.map(({ title, members }) => [title, members.length])).toEqual([["datajs", 2], ["node_memory", 30], ["others", 3]]);
    expect(families.flatMap(({ members }) => members)).toHaveLength(35);
  });

  it("bears one name and none", () => {
    expect(familiesOf(["up"])).toEqual([{ title: "all", members: ["up"] }]);
    expect(familiesOf([])).toEqual([]);
  });
});
