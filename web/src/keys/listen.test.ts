import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { calmWorld, incidentWorld } from "../../mock/world.mjs";
import type { Now } from "../api/types";
import { world } from "../live/world";
import { parseRoute, route } from "../shell/route";
import { listenToKeys } from "./listen";

const acts = vi.hoisted(() => ({ ackIncident: vi.fn(), takeIncident: vi.fn(), askResolve: vi.fn(), askNote: vi.fn() }));
const toast = vi.hoisted(() => vi.fn());
vi.mock("../incident/acts", () => acts);
vi.mock("../shell/toasts", async (original) => ({ ...(await original<object>()), toast }));

describe("a key that acts on an incident", () => {
  let stop: () => void;
  const press = (key: string) => document.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  const open = (incidents: number) => {
    const now = incidentWorld() as unknown as Now;
    world.set(incidents === 0 ? (calmWorld() as unknown as Now) : { ...now, incidents: now.incidents.slice(0, incidents) });
  };

  beforeEach(() => {
    vi.clearAllMocks();
    route.set(parseRoute("#/now"));
    stop = listenToKeys();
  });
  afterEach(() => {
    stop();
    document.body.innerHTML = "";
  });

  it("means the only open one", () => {
    open(1);
    press("a");
    expect(acts.ackIncident).toHaveBeenCalledWith(12);
  });

  it("means nothing while several are open and none is chosen, and says what to do", () => {
    open(2);
    for (const key of ["a", "t", "r", "n"]) press(key);
    for (const act of Object.values(acts)) expect(act).not.toHaveBeenCalled();
    expect(toast).toHaveBeenCalledTimes(4);
    expect(toast).toHaveBeenCalledWith("Several incidents are open: choose one first (j/k)", "warn");
  });

  it("means the chosen one among several", () => {
    open(2);
    document.body.innerHTML = '<article data-incident="11"><a href="#/x" id="link">x</a></article>';
    document.getElementById("link")!.focus();
    press("t");
    expect(acts.takeIncident).toHaveBeenCalledWith(11);
  });

  it("means the one that the page is about", () => {
    open(2);
    route.set(parseRoute("#/incidents/11"));
    press("r");
    expect(acts.askResolve).toHaveBeenCalledWith(11);
  });

  it("says so when there is none", () => {
    open(0);
    press("a");
    expect(toast).toHaveBeenCalledWith("No incident is open", "warn");
    route.set(parseRoute("#/metrics"));
    press("a");
    expect(toast).toHaveBeenLastCalledWith("No incident is chosen here", "warn");
  });
});
