import type { Incident, Now, Runbook } from "../api/types";
import { href } from "../shell/route";
import type { Findable } from "./match";

const kPages: readonly (readonly [string, string, string])[] = [
  ["now", "Now", "the first screen"],
  ["incidents", "Incidents", "open and past"],
  ["alerts", "Alerts", "rules that are firing"],
  ["services", "Services", "health, logs, start and stop"],
  ["chains", "Chains", "stages and robots"],
  ["runbooks", "Runbooks", "what to do, and run it"],
  ["runs", "Runs", "runbooks that ran"],
  ["who", "Who is on call", "rota, now or at any instant"],
  ["metrics", "Metrics", "query and graph"],
];

/** Everything that can be found, from the world's document and the lists that were asked for. */
export function places(now: Now | null, incidents: readonly Incident[], runbooks: readonly Runbook[]): Findable[] {
  return [
    ...(now?.services ?? []).map(
      (service): Findable => ({
        kind: "service",
        title: service.name,
        words: [
          ...service.symptoms.map((text) => ({ text, weight: 2, symptom: true })),
          { text: service.team ?? "", weight: 1 },
          { text: service.environment ?? "", weight: 1 },
        ],
        detail: service.health,
        address: href("services", service.name),
      }),
    ),
    ...incidents.map(
      (incident): Findable => ({
        kind: "incident",
        title: incident.title,
        words: [
          { text: `${incident.id}`, weight: 2 },
          { text: [incident.service, incident.chain, incident.stage, incident.team].filter(Boolean).join(" "), weight: 1.5 },
        ],
        detail: `#${incident.id}, ${incident.state}`,
        address: href("incidents", incident.id),
      }),
    ),
    ...runbooks.map(
      (runbook): Findable => ({
        kind: "runbook",
        title: runbook.title,
        words: [
          { text: runbook.id, weight: 2 },
          { text: runbook.when ?? "", weight: 1 },
        ],
        detail: runbook.automatic ? "runs by itself" : "by hand",
        address: href("runbooks", runbook.id),
      }),
    ),
    ...(now?.chains ?? []).map(
      (chain): Findable => ({
        kind: "chain",
        title: chain.name,
        words: [{ text: chain.stages.map((stage) => stage.name).join(" "), weight: 1 }],
        detail: chain.state === "broken" ? `broken at ${chain.broken_stage}` : chain.state,
        address: href("chains", chain.name),
      }),
    ),
    ...kPages.map(
      ([page, title, detail]): Findable => ({
        kind: "page",
        title,
        words: [{ text: detail, weight: 0.5 }],
        detail,
        address: href(page),
      }),
    ),
  ];
}
