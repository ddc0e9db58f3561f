import { describe, expect, it } from "vitest";
import { FeedParser } from "./feed";

describe("FeedParser", () => {
  it("reads an event with id, name and data of several lines", () => {
    const parser = new FeedParser();
    expect(parser.push("id: 7\nevent: now\ndata: {\ndata: }\n\n")).toEqual([{ id: "7", name: "now", data: "{\n}" }]);
  });

  it("does not care where the stream was cut into pieces", () => {
    const parser = new FeedParser();
    const text = "id: 7\r\nevent: now\r\ndata: x\r\n\r\nid: 8\r\ndata: y\r\n\r\n";
    const events = [...text].flatMap((letter) => parser.push(letter));
    expect(events).toEqual([
      { id: "7", name: "now", data: "x" },
      { id: "8", name: "message", data: "y" },
    ]);
  });

  it("drops comments and blocks without data, and keeps the id for later events", () => {
    const parser = new FeedParser();
    expect(parser.push(": still here\n\nid: 9\n\ndata: z\n\n")).toEqual([{ id: "9", name: "message", data: "z" }]);
  });
});
