import { useState } from "preact/hooks";
import { get, problemText } from "../api/client";
import { useResource } from "../api/resource";
import type { Incident } from "../api/types";
import { useCell } from "../base/cell";
import { count } from "../base/text";
import { Age, When } from "../look/moments";
import { Empty, Key, PageHead, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { incidentTone } from "../look/states";
import { href, route } from "../shell/route";
import { declareIncident } from "./declare";
import { NextThing } from "./next";
import { ownerText, placeText } from "./words";

const kPageSize = 50;

export function IncidentsPage() {
  const { query } = useCell(route);
  const state = query.get("state") === "all" ? "all" : "open";
  const first = useResource<{ incidents: Incident[] }>(`incidents?state=${state}&limit=${kPageSize}`);
  return (
    <>
      <PageHead title="Incidents">
        <nav class="tabs" aria-label="Which incidents">
          <a href={href("incidents")} aria-current={state === "open" ? "page" : undefined}>Open</a>
          <a href={href("incidents", null, { state: "all" })} aria-current={state === "all" ? "page" : undefined}>All</a>
        </nav>
        <button type="button" onClick={() => declareIncident()}>Declare <Key>d</Key></button>
      </PageHead>
      {first.value ? (
        <>
          <Stale problem={first.problem} />
          <IncidentRows incidents={first.value.incidents} />
          {first.value.incidents.length === 0 && <Empty>{state === "open" ? "No open incident. Calm sea." : "No incident has been recorded yet."}</Empty>}
          {first.value.incidents.length === kPageSize && <Older key={state} state={state} before={first.value.incidents.at(-1)!.id} />}
        </>
      ) : (
        <Pending problem={first.problem} again={first.reload} />
      )}
    </>
  );
}

function IncidentRows({ incidents }: { incidents: Incident[] }) {
  return (
    <ul class="rows">
      {incidents.map((incident) => (
        <li key={incident.id} data-incident={incident.id}>
          <a class="row incident-row" href={href("incidents", incident.id)} data-row>
            <Shape tone={incidentTone(incident.state)} label={incident.state} />
            <span class="row-main">
              <span class="row-title">{incident.title}</span>
              <span class="row-sub">
                <span class="num">#{incident.id}</span> · {[incident.severity, placeText(incident), ownerText(incident), incident.still_firing ? `${count(incident.still_firing, "alert")} still firing` : null].filter(Boolean).join(" · ")}
              </span>
              <NextThing incident={incident} />
            </span>
            <span class="row-end">
              <When at={incident.opened_at} />
              <span class="faint">{incident.state === "resolved" ? "lasted " : "open "}<Age since={incident.opened_at} to={incident.resolved_at} /></span>
            </span>
          </a>
        </li>
      ))}
    </ul>
  );
}

/** The rest of a long list, page by page, on request. */
function Older({ state, before }: { state: string; before: number }) {
  const [more, setMore] = useState<Incident[]>([]);
  const [done, setDone] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const load = async () => {
    try {
      const last = more.at(-1)?.id ?? before;
      const { incidents } = await get<{ incidents: Incident[] }>(`incidents?state=${state}&limit=${kPageSize}&before=${last}`);
      setMore([...more, ...incidents]);
      setDone(incidents.length < kPageSize);
      setProblem(null);
    } catch (cause) {
      setProblem(problemText(cause));
    }
  };
  return (
    <>
      <IncidentRows incidents={more} />
      {problem && <p class="problem" role="alert">{problem}</p>}
      {!done && <button type="button" class="more" onClick={() => void load()}>Older</button>}
    </>
  );
}
