import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { MomentField } from "./moment_field";

describe("the field for a moment", () => {
  let page: HTMLElement;
  const picked = vi.fn();
  const at = Date.parse("2026-01-13T20:02:00Z");
  const show = (moment = at) => act(() => render(<MomentField label="until" at={moment} zone="Europe/Paris" onPick={picked} />, page));
  const field = () => page.querySelector("input")!;
  const type = (text: string) =>
    act(() => {
      field().value = text;
      field().dispatchEvent(new Event("input", { bubbles: true }));
    });
  const enter = () => act(() => void field().dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true })));

  beforeEach(() => {
    picked.mockClear();
    page = document.createElement("div");
    document.body.append(page);
  });
  afterEach(() => {
    act(() => render(null, page));
    page.remove();
  });

  it("shows 24 hours and says the zone", () => {
    show();
    expect(field().value).toBe("2026-01-13 21:02");
    expect(page.textContent).toContain("Europe/Paris");
  });

  it("hands on what was typed, and keeps it while time goes on", () => {
    show();
    type("2026-01-13 08:1");
    show(at + 60_000);
    expect(field().value).toBe("2026-01-13 08:1");
    type("2026-01-13 08:15");
    enter();
    expect(picked).toHaveBeenCalledWith(Date.parse("2026-01-13T07:15:00Z"));
  });

  it("says what it does not understand, and picks nothing", () => {
    show();
    type("9 PM");
    enter();
    expect(picked).not.toHaveBeenCalled();
    expect(page.querySelector('[role="alert"]')!.textContent).toContain("not a time");
  });
});
