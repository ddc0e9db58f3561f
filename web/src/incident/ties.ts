import type { Alert, Chain, Incident, Now, Service } from "../api/types";

type World = Pick<Now, "incidents" | "chains" | "services">;

/**
 * Which chains each open incident is about; each chain belongs to the one incident that says most about it, the first
 * of equals. An incident without a chain of its own, about a database that two chains pass, has both.
 */
export function chainsByIncident(now: World): Map<number, Chain[]> {
  const out = new Map<number, Chain[]>();
  for (const chain of now.chains) {
    let best: { id: number; weight: number } | null = null;
    for (const incident of now.incidents) {
      const weight = weightOf(chain, incident, now.services);
      if (weight > (best?.weight ?? 0)) best = { id: incident.id, weight };
    }
    if (best) out.set(best.id, [...(out.get(best.id) ?? []), chain]);
  }
  return out;
}

/** All that an incident is about, also those that another one says more about: for a page of its own. */
export function chainsOf(incident: Incident, now: World): Chain[] {
  return now.chains.filter((chain) => weightOf(chain, incident, now.services) > 0);
}

/** 0 when the incident says nothing about the chain. */
function weightOf(chain: Chain, incident: Incident, services: readonly Service[]): number {
  const own = incident.chain === chain.name;
  const broken = chain.stages.find((stage) => stage.name === chain.broken_stage) ?? null;
  if (own && (broken === null || incident.stage === broken.name)) return 4;
  const carrier = services.find((service) => service.name === broken?.service) ?? null;
  const breaks = incident.service !== null && [broken?.service, carrier?.cause].includes(incident.service);
  if (breaks || carrier?.incident === incident.id) return 3;
  if (own) return 2;
  return chain.stages.some((stage) => stage.service !== null && stage.service === incident.service) ? 1 : 0;
}

/** Who suffers from an incident, by name: its victims among the services, and what its own alerts say of others. */
export function victimsOf(incident: Incident, services: readonly Service[], alerts: readonly Alert[] = []): string[] {
  const suffering = services.filter((service) => incident.state !== "resolved" && incident.service !== null && service.cause === incident.service);
  const said = alerts.filter((alert) => alert.cause !== null).map((alert) => alert.labels.service ?? alert.labels.alertname ?? "");
  return [...new Set([...suffering.map((service) => service.name), ...said])].filter(Boolean);
}
