import type { Now } from "../api/types";
import { useCell } from "../base/cell";
import { count } from "../base/text";
import { ChainRow } from "../chain/row";
import { FleetRows } from "../fleet/rows";
import { IncidentCard } from "../incident/card";
import { chainsByIncident, victimsOf } from "../incident/ties";
import { world } from "../live/world";
import { Empty, Panel } from "../look/panel";
import { RunLine } from "../run/line";
import { ServiceGrid } from "../service/grid";
import { href } from "../shell/route";
import { Headline } from "./headline";
import { Watch } from "./watch";

/** The first screen. In calm it is the world in one sentence; during an incident it becomes the incident. */
export function NowPage() {
  const now = useCell(world);
  if (!now) return <p class="loading" aria-busy="true">Looking out…</p>;
  return <NowView now={now} />;
}

export function NowView({ now }: { now: Now }) {
  const tied = chainsByIncident(now);
  const shownChains = new Set([...tied.values()].flat());
  const shownRuns = new Set(now.incidents.map((incident) => incident.id));
  const chains = now.chains.filter((chain) => !shownChains.has(chain));
  const runs = now.runs.filter((run) => run.incident === null || !shownRuns.has(run.incident));
  return (
    <div class={`now mood-${now.mood}`}>
      <div class="now-top">
        <Headline now={now} />
        <Watch shifts={now.oncall} />
      </div>
      {now.incidents.length > 0 && (
        <section class="now-incidents" aria-label="Open incidents">
          {now.incidents.map((incident) => (
            <IncidentCard
              key={incident.id}
              incident={incident}
              chains={tied.get(incident.id) ?? []}
              victims={victimsOf(incident, now.services)}
              runs={now.runs.filter((run) => run.incident === incident.id)}
            />
          ))}
        </section>
      )}
      {chains.length > 0 && (
        <Panel title={shownChains.size > 0 ? "Other chains" : "Chains"} class="now-chains">
          <div class="stack">{chains.map((chain) => <ChainRow key={chain.name} chain={chain} />)}</div>
        </Panel>
      )}
      <div class="now-rest">
        <Panel title="Services" note={healthNote(now)} aside={<a href={href("services")}>all</a>} class="now-services">
          {now.services.length > 0 ? <ServiceGrid services={now.services} /> : <Empty>The book names no service.</Empty>}
        </Panel>
        <div class="now-side">
          <Panel title="Running now" note={runs.length > 0 ? runs.length : null} aside={<a href={href("runs")}>all runs</a>}>
            {runs.map((run) => <RunLine key={run.id} run={run} />)}
            {runs.length === 0 && <Empty>{now.runs.length > 0 ? "Nothing besides the incident's own." : "No runbook is running."}</Empty>}
          </Panel>
          {now.fleets.length > 0 && (
            <Panel title="Fleets">
              <FleetRows fleets={now.fleets} />
            </Panel>
          )}
        </div>
      </div>
    </div>
  );
}

function healthNote(now: Now): string {
  const well = now.services.filter((service) => service.health === "healthy").length;
  return well === now.services.length ? `all ${well} healthy` : `${well} of ${count(now.services.length, "service")} healthy`;
}
