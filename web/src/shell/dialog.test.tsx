import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { closeDialog, DialogHost, dialogOpen, openDialog } from "./dialog";

describe("the dialog", () => {
  let page: HTMLElement;
  const dialog = () => page.querySelector("dialog")!;
  beforeEach(() => {
    page = document.createElement("div");
    document.body.append(page);
    act(() => render(<DialogHost />, page));
  });
  afterEach(() => {
    act(closeDialog);
    act(() => render(null, page));
    page.remove();
  });

  it("closes with its element, as Escape closes it", () => {
    act(() => openDialog(<p>one</p>));
    act(() => dialog().close());
    expect(dialogOpen()).toBe(false);
  });

  it("is not closed by the late event of the one before", () => {
    act(() => openDialog(<p>one</p>));
    const before = dialog();
    act(closeDialog);
    act(() => openDialog(<p>two</p>));
    act(() => void before.dispatchEvent(new Event("close")));
    expect(dialogOpen()).toBe(true);
    act(() => void dialog().dispatchEvent(new Event("close")));
    expect(dialogOpen()).toBe(true);
    expect(page.textContent).toBe("two");
  });
});
