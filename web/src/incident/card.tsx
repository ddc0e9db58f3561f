import type { Chain, Incident, Run } from "../api/types";
import { count } from "../base/text";
import { ChainDrawing } from "../chain/drawing";
import { Age } from "../look/moments";
import { Shape } from "../look/shape";
import { incidentTone } from "../look/states";
import { RunLine } from "../run/line";
import { href } from "../shell/route";
import { IncidentButtons } from "./buttons";
import { NextThing } from "./next";
import { ownerText, placeText } from "./words";

/** An open incident on Now: what, since when, who has it, what happens next, and what can be done. */
export function IncidentCard({ incident, chain, runs }: { incident: Incident; chain: Chain | null; runs: Run[] }) {
  const place = placeText(incident);
  return (
    <article class={`incident-card is-${incident.state}`} data-incident={incident.id}>
      <div class="incident-top">
        <Shape tone={incidentTone(incident.state)} label={incident.state} size={30} />
        <div class="incident-title">
          <h3>
            <a href={href("incidents", incident.id)} data-row>{incident.title}</a>
          </h3>
          <ul class="facts">
            <li class="num">#{incident.id}</li>
            {incident.severity && <li>{incident.severity}</li>}
            {place && <li class="strong">{place}</li>}
            {incident.team && <li>team {incident.team}</li>}
            <li>open <Age since={incident.opened_at} /></li>
            <li class={incident.owner ? "" : "strong"}>{ownerText(incident)}</li>
            {incident.victims > 0 && <li>{count(incident.victims, "victim")}</li>}
          </ul>
        </div>
        <NextThing incident={incident} large />
      </div>
      {chain && <ChainDrawing chain={chain} marked={incident.stage} />}
      {runs.map((run) => <RunLine key={run.id} run={run} />)}
      <IncidentButtons incident={incident} />
    </article>
  );
}
