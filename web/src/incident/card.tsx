import type { Chain, Incident, Run } from "../api/types";
import { classes } from "../base/text";
import { ChainDrawing } from "../chain/drawing";
import { chainStateText } from "../chain/row";
import { Age } from "../look/moments";
import { Shape } from "../look/shape";
import { chainTone, incidentTone } from "../look/states";
import { RunLine } from "../run/line";
import { href } from "../shell/route";
import { IncidentButtons } from "./buttons";
import { NextThing } from "./next";
import { ownerText, placeText, victimsText } from "./words";

interface CardProps {
  incident: Incident;
  chains: readonly Chain[];
  victims: readonly string[];
  runs: readonly Run[];
}

/** An open incident on Now: what, since when, who has it, what happens next, what can be done, and where it is. */
export function IncidentCard({ incident, chains, victims, runs }: CardProps) {
  const place = placeText(incident);
  const suffer = victimsText(incident, victims);
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
            {suffer && <li title={victims.join(", ")}>{suffer}</li>}
          </ul>
        </div>
        <NextThing incident={incident} large />
      </div>
      <IncidentButtons incident={incident} />
      {runs.map((run) => <RunLine key={run.id} run={run} />)}
      {chains.map((chain) => <CardChain key={chain.name} chain={chain} incident={incident} named={chains.length > 1 || incident.chain === null} />)}
    </article>
  );
}

function CardChain({ chain, incident, named }: { chain: Chain; incident: Incident; named: boolean }) {
  const own = incident.chain === chain.name;
  return (
    <div class={classes("card-chain", `is-${chain.state}`)}>
      {named && (
        <p class="card-chain-name">
          <Shape tone={chainTone(chain.state)} size={14} /> <a href={href("chains", chain.name)}>{chain.name}</a> <span class="chain-state">{chainStateText(chain)}</span>
        </p>
      )}
      <ChainDrawing chain={chain} marked={own ? incident.stage : null} />
    </div>
  );
}
