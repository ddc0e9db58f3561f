import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { calmWorld, incidentWorld } from "../../mock/world.mjs";
import type { Now } from "../api/types";
import { tick } from "../live/clock";
import { world } from "../live/world";
import { NowView } from "./now";

const kNow = Date.parse("2026-01-13T13:00:00Z");

describe("Now", () => {
  let page: HTMLElement;
  const show = (now: Now) => {
    world.set(now);
    act(() => render(<NowView now={now} />, page));
  };
  const text = (selector: string) => page.querySelector(selector)?.textContent ?? "";

  beforeEach(() => {
    page = document.createElement("div");
    document.body.append(page);
    tick.set(kNow);
  });
  afterEach(() => {
    act(() => render(null, page));
    page.remove();
  });

  it("says the state of the world in one sentence, with a shape beside the colour", () => {
    show(calmWorld(kNow) as unknown as Now);
    expect(text(".headline h1")).toBe("All is well: 16 services, 2 chains, nobody is being paged.");
    expect(page.querySelector('.headline .shape[aria-label="all is well"]')).not.toBeNull();
    expect(page.querySelector(".incident-card")).toBeNull();
  });

  it("says who holds each pager, until when and who is next", () => {
    show(calmWorld(kNow) as unknown as Now);
    const [first] = page.querySelectorAll(".shift");
    expect(first!.textContent).toContain("Ana");
    expect(first!.textContent).toContain("until Wed 16:12");
    expect(first!.textContent).toContain("then Ben");
  });

  it("says it loudly when nobody holds a pager", () => {
    const now = calmWorld(kNow) as unknown as Now;
    now.oncall[0] = { ...now.oncall[0]!, person: null, name: null };
    show(now);
    expect(text(".shift.is-empty")).toContain("nobody");
  });

  it("becomes the incident: age, owner and the next thing that will happen, counting down", () => {
    show(incidentWorld(kNow) as unknown as Now);
    expect(text(".incident-card h3")).toBe("Heartbeats stall at datajs");
    expect(text(".incident-card .facts")).toContain("open 4 min 12 s");
    expect(text(".incident-card .facts")).toContain("nobody has it yet");
    expect(text(".next-what")).toBe("Ben is mailed");
    expect(text(".next-when")).toBe("2:41");
    act(() => tick.set(kNow + 60_000));
    expect(text(".next-when")).toBe("1:41");
    act(() => tick.set(kNow + 200_000));
    expect(text(".next-when")).toBe("any moment");
  });

  it("marks the broken stage and calls the one behind it starved", () => {
    show(incidentWorld(kNow) as unknown as Now);
    const stages = [...page.querySelectorAll(".incident-card .stage")];
    expect(stages.map((stage) => stage.className)).toEqual(["stage is-ok", "stage is-ok", "stage is-ok", "stage is-broken is-marked", "stage is-starved"]);
    expect(stages[3]!.textContent).toContain("broken here");
    expect(stages[4]!.querySelector(".flow.is-cut")).not.toBeNull();
  });

  it("draws each chain once: in its incident, or among the others", () => {
    show(incidentWorld(kNow) as unknown as Now);
    expect(page.querySelectorAll('[aria-label="Stages of heartbeat"]')).toHaveLength(1);
    expect(page.querySelectorAll('[aria-label="Stages of alarm"]')).toHaveLength(1);
  });

  it("ties victims to their cause", () => {
    show(incidentWorld(kNow) as unknown as Now);
    expect(text('[aria-label="Victims of datajs"]')).toContain("devicemanagement");
    expect(text('[aria-label="Victims of offre"]')).toContain("victim of offre");
  });

  it("shows the run in progress with its step inside the incident", () => {
    show(incidentWorld(kNow) as unknown as Now);
    expect(text(".incident-card .run-line")).toContain("Wait until heartbeats flow again");
  });

  it("offers ack and take on an open incident, and neither on a taken one", () => {
    show(incidentWorld(kNow) as unknown as Now);
    const [open, taken] = [...page.querySelectorAll(".incident-card")].map((card) => card.querySelector(".buttons")!.textContent);
    expect(open).toContain("Acknowledge");
    expect(taken).not.toContain("Acknowledge");
    expect(taken).not.toContain("Take");
  });

  it("shows a world with nothing in it", () => {
    const now = calmWorld(kNow) as unknown as Now;
    show({ ...now, oncall: [], chains: [], services: [], fleets: [], runs: [] });
    expect(page.textContent).toContain("nobody is on call");
    expect(page.textContent).toContain("names no service");
  });
});
