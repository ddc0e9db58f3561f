import type { Incident } from "../api/types";
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
