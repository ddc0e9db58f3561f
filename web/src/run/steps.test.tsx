import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunDetail, RunStep } from "../api/types";
import { guardText } from "../runbook/page";
import { StepList } from "./steps";

const step = (more: Partial<RunStep>): RunStep => ({
  id: "empty",
  title: "Empty the topic",
  kind: "command",
  text: "empty it",
  state: "done",
  attempt: 1,
  started_at: null,
  ended_at: null,
  output: null,
  exit_status: null,
  why: null,
  ...more,
});

describe("the steps of a run", () => {
  let page: HTMLElement;
  beforeEach(() => {
    page = document.createElement("div");
    document.body.append(page);
  });
  afterEach(() => {
    act(() => render(null, page));
    page.remove();
  });
  const show = (state: RunDetail["state"], steps: RunStep[]) =>
    act(() => render(<StepList run={{ id: 7, state, steps } as RunDetail} />, page));
  const buttons = () => [...page.querySelectorAll(".settle button")].map((button) => button.textContent);

  it("asks a person about a step whose outcome is unknown", () => {
    show("waiting", [step({ state: "unknown" })]);
    expect(buttons()).toEqual(["It was done", "It was not done", "Run it again"]);
  });

  it("asks for a go-ahead before a step that wants one, and not for steps that are only next", () => {
    show("waiting", [step({ state: "waiting", attempt: 1 }), step({ id: "later", state: "waiting", attempt: 0 })]);
    expect(buttons()).toEqual(["Go ahead", "I have done it by hand", "Do not do it"]);
  });

  it("shows before the go-ahead what literally runs", () => {
    show("waiting", [step({ state: "waiting", text: "restart datajs" })]);
    expect(page.querySelector(".settle pre")!.textContent).toBe("restart datajs");
  });

  it("takes no go-ahead for a step that cannot be filled in, and names what is missing", () => {
    show("waiting", [step({ state: "waiting", text: "restart {{ labels.service }}" })]);
    const disabled = [...page.querySelectorAll<HTMLButtonElement>(".settle button")].filter((button) => button.disabled);
    expect(disabled.map((button) => button.textContent)).toEqual(["Go ahead"]);
    expect(page.querySelector(".settle .problem")!.textContent).toContain("labels.service");
  });

  it("asks nothing while the run goes on, nor after it", () => {
    show("running", [step({ state: "unknown" }), step({ id: "b", state: "waiting" })]);
    expect(buttons()).toEqual([]);
    show("cancelled", [step({ state: "unknown" })]);
    expect(buttons()).toEqual([]);
  });

  it("keeps two attempts at one step apart", () => {
    show("running", [step({ attempt: 1, state: "failed" }), step({ attempt: 2, state: "running" })]);
    expect(page.querySelectorAll(".step")).toHaveLength(2);
    expect(page.textContent).toContain("attempt 2");
  });
});

describe("guardText", () => {
  it("reads limits aloud and leaves out those that are not set", () => {
    expect(guardText({ cooldown_ms: 1_800_000, at_most: 2, at_most_per_ms: 21_600_000, blast_radius: null })).toBe("cooldown 30 min, at most 2 per 6 h");
    expect(guardText({ cooldown_ms: 0, at_most: null })).toBe("none");
    expect(guardText(null)).toBe("none");
  });
});
