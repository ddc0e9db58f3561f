import type { Incident, Now } from "../api/types";
import { count, listed } from "../base/text";
import { dayTime, parseTime } from "../base/time";
import { personName, withNames } from "../live/world";

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

const kHelping = /"(.+)" has helped by then, or somebody is paged|somebody is paged unless "(.+)" has helped by then/;

/** What happens next, beside a countdown that says when. */
export function nextText(what: string): string {
  return withNames(what.replace(kHelping, (_, first, second) => `somebody is paged unless “${first ?? second}” has helped by then`));
}

/**
 * The API's sentence as a headline. "By then" points at a countdown that stands elsewhere, so the moment is said; and a
 * runbook that is at work is not called by its title, which takes three lines of a phone.
 */
export function headlineText({ sentence, incidents, book }: Pick<Now, "sentence" | "incidents" | "book">, now: number): string {
  const meant = incidents.find(({ next }) => next?.at && sentence.includes(next.what))?.next;
  const at = parseTime(meant?.at);
  if (!meant || at === null) return withNames(sentence);
  const clock = dayTime(at, book.timezone, now);
  const what = kHelping.test(meant.what) ? `somebody is paged at ${clock} unless its runbook has helped` : meant.what.replace(/\bby then\b/, `by ${clock}`);
  return withNames(sentence.replace(meant.what, what));
}
