import type { Incident } from "../api/types";
import { count, listed } from "../base/text";
import { personName } from "../live/world";

/** "Nobody has it", "Ana has acknowledged", "Ben is on it": who carries the incident, in words. */
export function ownerText(incident: Incident): string {
  const who = incident.owner_name ?? (incident.owner ? personName(incident.owner) : null);
  switch (incident.state) {
    case "open":
      return who ? `${who} has it` : "nobody has it yet";
    case "acknowledged":
      return who ? `${who} has acknowledged` : "acknowledged";
    case "taken":
      return who ? `${who} is on it` : "taken";
    case "resolved":
      return who ? `resolved, ${who} had it` : "resolved";
  }
}

/** Where it is: "heartbeat › datajs" for a chain, else the service. */
export function placeText(incident: Incident): string | null {
  if (incident.chain) return incident.stage ? `${incident.chain} › ${incident.stage}` : incident.chain;
  return incident.service;
}

/** "victims: datajs, devicemanagement"; only a number where nobody knows their names; null without any. */
export function victimsText(incident: Incident, names: readonly string[]): string | null {
  if (names.length > 0) return `${names.length === 1 ? "victim" : "victims"}: ${listed(names)}`;
  return incident.victims > 0 ? count(incident.victims, "victim") : null;
}
