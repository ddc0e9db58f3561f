import { describe, expect, it } from "vitest";
import { incidentWorld } from "../../mock/world.mjs";
import type { Alert, Evidence, Incident, Now } from "../api/types";
import { tellingOf } from "./evidence";
import { chainsByIncident, victimsOf } from "./ties";
import { victimsText } from "./words";

const kNow = Date.parse("2026-01-13T13:00:00Z");
const broken = () => incidentWorld(kNow) as unknown as Now;
const names = (now: Now, id: number) => (chainsByIncident(now).get(id) ?? []).map((chain) => chain.name);
const about = (now: Now, service: string, more: Partial<Incident> = {}): Incident => ({ ...now.incidents[0]!, id: 13, service, chain: null, stage: null, ...more });

describe("chains of an incident", () => {
  it("are the one it names", () => {
    const now = broken();
    expect(names(now, 12)).toEqual(["heartbeat"]);
    expect(names(now, 11)).toEqual([]);
  });

  it("are all that pass its service, when it names none", () => {
    const now = broken();
    now.incidents = [about(now, "thingsboard")];
    expect(names(now, 13)).toEqual(["alarm", "heartbeat"]);
  });

  it("are those whose broken stage is a victim of its service", () => {
    const now = broken();
    now.incidents = [about(now, "postgres")];
    expect(names(now, 13)).toEqual([]);
    now.services.find((service) => service.name === "datajs")!.cause = "postgres";
    expect(names(now, 13)).toEqual(["heartbeat"]);
  });

  it("are drawn once: the incident at the broken stage has the chain, not one that only passes it", () => {
    const now = broken();
    now.incidents.unshift(about(now, "thingsboard"));
    expect(names(now, 13)).toEqual(["alarm"]);
    expect(names(now, 12)).toEqual(["heartbeat"]);
  });
});

describe("victims", () => {
  it("are named, and counted only where no name is known", () => {
    const now = broken();
    const incident = now.incidents[0]!;
    expect(victimsText(incident, victimsOf(incident, now.services))).toBe("victim: devicemanagement");
    expect(victimsText(incident, [])).toBe("1 victim");
    expect(victimsText({ ...incident, victims: 0 }, [])).toBeNull();
  });

  it("come from the alerts once it is resolved", () => {
    const now = broken();
    const incident = { ...now.incidents[0]!, state: "resolved" as const };
    const alert = { labels: { alertname: "StageLags", service: "camunda" }, cause: "service/datajs" } as unknown as Alert;
    expect(victimsOf(incident, now.services, [alert])).toEqual(["camunda"]);
  });
});

describe("the evidence that is shown first", () => {
  const graph = (title: string): Evidence => ({ title, expr: title, from: "", to: "" });
  const alert = (alertname: string, fired_at: string, more: Partial<Alert> = {}) => ({ labels: { alertname }, state: "firing", cause: null, fired_at, ...more }) as Alert;
  const evidence = ["RobotMissing", "ServiceDown", "alarm: out of reporter", "alarm: out of event"].map(graph);
  const telling = (alert_list: Alert[], stage: string | null) => tellingOf({ evidence, alert_list, chain: stage && "alarm", stage }).map(({ title }) => title);

  it("is the broken stage's flow and the alert that fired first", () => {
    const alerts = [alert("RobotMissing", "2026-01-13T13:02:00Z"), alert("ServiceDown", "2026-01-13T13:01:00Z")];
    expect(telling(alerts, "event")).toEqual(["ServiceDown", "alarm: out of event"]);
    expect(telling(alerts, null)).toEqual(["ServiceDown"]);
  });

  it("prefers what still fires, and is never nothing", () => {
    const alerts = [alert("ServiceDown", "2026-01-13T13:01:00Z", { state: "resolved" }), alert("RobotMissing", "2026-01-13T13:02:00Z")];
    expect(telling(alerts, null)).toEqual(["RobotMissing"]);
    expect(telling([], null)).toEqual(["RobotMissing"]);
  });
});
