import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { refetch, useResource } from "./resource";

const get = vi.hoisted(() => vi.fn());
vi.mock("./client", async (original) => ({ ...(await original<object>()), get }));

interface Doc {
  id: number;
  state: string;
  alerts: number;
}

describe("a document on screen, after an act of this person", () => {
  let page: HTMLElement;
  const answers: ((doc: Doc) => void)[] = [];
  const settle = (doc: Doc) => act(async () => answers.shift()!(doc));
  function Shown() {
    const { value } = useResource<Doc>("incidents/12");
    return <p>{value ? `${value.state}, ${value.alerts} alerts` : "…"}</p>;
  }

  beforeEach(() => {
    get.mockImplementation(() => new Promise((resolve) => answers.push(resolve)));
    page = document.createElement("div");
    document.body.append(page);
    act(() => render(<Shown />, page));
  });
  afterEach(() => {
    act(() => render(null, page));
    page.remove();
    answers.length = 0;
    get.mockReset();
  });

  it("shows what the act was answered with at once, and is asked again without waiting", async () => {
    await settle({ id: 12, state: "open", alerts: 2 });
    expect(page.textContent).toBe("open, 2 alerts");
    act(() => refetch("incidents/12", { id: 12, state: "acknowledged" }));
    expect(page.textContent).toBe("acknowledged, 2 alerts");
    expect(get).toHaveBeenCalledTimes(2);
    await settle({ id: 12, state: "acknowledged", alerts: 3 });
    expect(page.textContent).toBe("acknowledged, 3 alerts");
  });

  it("is not undone by an answer that was on its way before the act", async () => {
    await settle({ id: 12, state: "open", alerts: 2 });
    act(() => refetch());
    act(() => refetch("incidents/12", { id: 12, state: "acknowledged" }));
    await settle({ id: 12, state: "open", alerts: 2 });
    expect(page.textContent).toBe("acknowledged, 2 alerts");
  });

  it("leaves another's answer alone", async () => {
    await settle({ id: 12, state: "open", alerts: 2 });
    act(() => refetch("incidents/11", { id: 11, state: "resolved" }));
    expect(page.textContent).toBe("open, 2 alerts");
  });
});
