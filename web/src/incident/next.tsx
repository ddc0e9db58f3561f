import type { Incident } from "../api/types";
import { personName } from "../live/world";
import { Countdown } from "../look/moments";
import { nextText } from "./words";

/** The promise: what will happen next, and when, unless somebody acts. */
export function NextThing({ incident, large }: { incident: Incident; large?: boolean }) {
  const { next } = incident;
  if (incident.state === "resolved") return null;
  if (!next) return large ? <p class="next none">Nothing more is planned{incident.owner ? `: it is in ${personName(incident.owner)}'s hands` : ""}.</p> : null;
  return (
    <p class={large ? "next large" : "next"}>
      <span class="next-label">next</span>
      <span class="next-what">{nextText(next.what)}</span>
      {next.at ? <span class="next-when"><Countdown to={next.at} /></span> : <span class="next-when waits">waits for a person</span>}
    </p>
  );
}
