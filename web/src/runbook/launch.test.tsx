import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { DryRun, RunbookParam } from "../api/types";
import { Launch } from "./launch";

const api = vi.hoisted(() => ({ get: vi.fn(), post: vi.fn() }));
vi.mock("../api/client", async (original) => ({ ...(await original<object>()), ...api }));

const kFits = { allowed: true, why: null };
const step = (text: string) => ({ title: "Restart it", kind: "service", text });

describe("the question before a runbook runs", () => {
  let page: HTMLElement;
  beforeEach(() => {
    vi.useFakeTimers();
    page = document.createElement("div");
    document.body.append(page);
  });
  afterEach(() => {
    act(() => render(null, page));
    page.remove();
    vi.useRealTimers();
    vi.clearAllMocks();
  });
  const settle = () => act(async () => void (await vi.advanceTimersByTimeAsync(300)));
  const show = async (incident: number | null, answer: DryRun, params: RunbookParam[] = []) => {
    api.post.mockImplementation(async () => answer);
    api.get.mockImplementation(async () => ({ params }));
    act(() => render(<Launch id="hung" title="It hangs" incident={incident} />, page));
    await settle();
  };
  const runs = () => !page.querySelector<HTMLButtonElement>('button[type="submit"]')!.disabled;

  it("shows what literally runs", async () => {
    await show(2, { steps: [step("restart thingsboard")], guard: kFits, missing: [] });
    expect(page.querySelector(".plan pre")!.textContent).toBe("restart thingsboard");
    expect(page.textContent).toContain("The guard allows it.");
    expect(runs()).toBe(true);
  });

  it("does not run what cannot be filled in, and does not say that the guard allows it", async () => {
    await show(null, { steps: [step("restart {{ labels.service }}")], guard: kFits, missing: [] });
    expect(page.querySelector(".guard")!.textContent).toContain("nothing gives labels.service a value. Run it from an incident");
    expect(page.textContent).not.toContain("The guard allows it");
    expect(runs()).toBe(false);
  });

  it("waits for the parameters that are missing, and shows the steps with what was typed", async () => {
    const topic = { name: "topic", help: null, default: null };
    await show(2, { steps: [step("empty <topic>")], guard: { allowed: false, why: "a value is needed for topic" }, missing: ["topic"] }, [topic]);
    expect(page.querySelector(".guard")!.textContent).toContain("a value is needed for topic");
    expect(runs()).toBe(false);
    api.post.mockImplementation(async () => ({ steps: [step("empty alarms")], guard: kFits, missing: [] }));
    const field = page.querySelector("input")!;
    field.value = "alarms";
    act(() => void field.dispatchEvent(new Event("input", { bubbles: true })));
    expect(runs()).toBe(false);
    await settle();
    expect(api.post).toHaveBeenLastCalledWith("runbooks/hung/run", { incident: 2, params: { topic: "alarms" }, dry_run: true });
    expect(page.querySelector(".plan pre")!.textContent).toBe("empty alarms");
    expect(runs()).toBe(true);
  });
});
