import { useResource } from "../api/resource";
import type { IncidentDetail } from "../api/types";
import { useCell } from "../base/cell";
import { breakable, count } from "../base/text";
import { AlertRows } from "../alert/rows";
import { ChainDrawing } from "../chain/drawing";
import { chainStateText } from "../chain/row";
import { world } from "../live/world";
import { Age, When } from "../look/moments";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { incidentTone, stillGoing } from "../look/states";
import { RunSteps } from "../run/steps";
import { RunLine } from "../run/line";
import { launchRunbook } from "../runbook/launch";
import { href } from "../shell/route";
import { IncidentButtons } from "./buttons";
import { EvidencePanel } from "./evidence";
import { Ledger } from "./ledger";
import { NextThing } from "./next";
import { Timeline } from "./timeline";
import { chainsOf, victimsOf } from "./ties";
import { ownerText, placeText, victimsText } from "./words";

export function IncidentPage({ id }: { id: string }) {
  const { value, problem, reload } = useResource<IncidentDetail>(`incidents/${encodeURIComponent(id)}`);
  if (!value) return <Pending problem={problem} again={reload} />;
  return (
    <div class="incident-page" data-incident={value.id}>
      <Head incident={value} />
      <Stale problem={problem} />
      <div class="incident-bar">
        <NextThing incident={value} large />
        <IncidentButtons incident={value} />
      </div>
      <div class="two-columns">
        <div class="column-main">
          <Chains incident={value} />
          <Runs incident={value} />
          <Panel title="Timeline" note={value.timeline.length}>
            <Timeline entries={value.timeline} />
          </Panel>
          <EvidencePanel incident={value} />
        </div>
        <div class="column-side">
          <Suggested incident={value} />
          <Panel title="Pages" class="comes-last" note={value.pages.length}>
            {value.pages.length > 0 ? <Ledger pages={value.pages} /> : <Empty>Nobody has been paged.</Empty>}
          </Panel>
          <Panel title="Alerts" class="comes-last" note={value.alert_list.length}>
            {value.alert_list.length > 0 ? <AlertRows alerts={value.alert_list} plain /> : <Empty>{value.alerts > 0 || value.state === "resolved" ? "No alert holds any more." : "Declared by a person."}</Empty>}
          </Panel>
        </div>
      </div>
    </div>
  );
}

function Head({ incident }: { incident: IncidentDetail }) {
  const place = placeText(incident);
  const victims = victimsOf(incident, useCell(world)?.services ?? [], incident.alert_list);
  const suffer = victimsText(incident, victims);
  return (
    <PageHead
      title={
        <>
          <Shape tone={incidentTone(incident.state)} label={incident.state} size={26} /> {incident.title}
        </>
      }
      lead={
        <ul class="facts">
          <li class="num">#{incident.id}</li>
          {incident.severity && <li>{incident.severity}</li>}
          {place && <li class="strong">{place}</li>}
          {incident.service && incident.chain && incident.service !== incident.stage && <li><a href={href("services", incident.service)}>{incident.service}</a></li>}
          {incident.team && <li>team {incident.team}</li>}
          <li>opened <When at={incident.opened_at} /></li>
          <li>{incident.resolved_at ? "lasted" : "open"} <Age since={incident.opened_at} to={incident.resolved_at} /></li>
          <li class="strong">{ownerText(incident)}</li>
          {suffer && <li title={victims.join(", ")}>{suffer}</li>}
          {incident.still_firing ? <li class="strong"><Shape tone="warn" size={13} /> {count(incident.still_firing, "alert")} still firing, nobody is paged</li> : null}
        </ul>
      }
    />
  );
}

/** The chain that it breaks; of an incident about a service, each that the service or its failure stands in. */
function Chains({ incident }: { incident: IncidentDetail }) {
  const now = useCell(world);
  if (!now) return null;
  // Which others a failure once broke, the chains of now do not tell.
  const chains = incident.state === "resolved" ? now.chains.filter((chain) => chain.name === incident.chain) : chainsOf(incident, now);
  return (
    <>
      {chains.map((chain) => (
        <Panel key={chain.name} title={`Chain ${chain.name}`} class="comes-first" note={chainStateText(chain)} aside={<a href={href("chains", chain.name)}>open</a>}>
          <ChainDrawing chain={chain} marked={incident.chain === chain.name ? incident.stage : null} />
        </Panel>
      ))}
    </>
  );
}

/** What runs now, step by step; what ran before, one line each. */
function Runs({ incident }: { incident: IncidentDetail }) {
  if (incident.run_list.length === 0) return null;
  const live = incident.run_list.filter((run) => stillGoing(run.state));
  const past = incident.run_list.filter((run) => !stillGoing(run.state));
  return (
    <Panel title="Runbook runs" class="comes-first" note={incident.run_list.length}>
      {live.map((run) => (
        <div key={run.id} class="run-block">
          <RunLine run={run} />
          <RunSteps id={run.id} />
        </div>
      ))}
      {past.map((run) => <RunLine key={run.id} run={run} />)}
    </Panel>
  );
}

function Suggested({ incident }: { incident: IncidentDetail }) {
  return (
    <Panel title="Runbooks" class="comes-first">
      {incident.runbooks.length === 0 && <Empty>No runbook matches. <a href={href("runbooks")}>All runbooks</a></Empty>}
      <ul class="suggested">
        {incident.runbooks.map((runbook) => (
          <li key={runbook.id}>
            <div>
              <a href={href("runbooks", runbook.id)} data-row>{runbook.title}</a>
              <p class="faint">{runbook.automatic ? "runs by itself" : "by hand"}{runbook.why && <> · {breakable(runbook.why)}</>}</p>
            </div>
            <button type="button" onClick={() => launchRunbook(runbook.id, runbook.title, incident.id)}>Run…</button>
          </li>
        ))}
      </ul>
    </Panel>
  );
}
