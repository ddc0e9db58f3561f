import type { VNode } from "preact";
import { AlertsPage } from "../alert/page";
import { ChainPage, ChainsPage } from "../chain/page";
import { FleetPage } from "../fleet/page";
import { IncidentsPage } from "../incident/list";
import { IncidentPage } from "../incident/page";
import { MetricsPage } from "../metrics/page";
import { NowPage } from "../now/now";
import { RunPage, RunsPage } from "../run/page";
import { RunbookPage, RunbooksPage } from "../runbook/page";
import { ServicesPage } from "../service/list";
import { ServicePage } from "../service/page";
import { WhoPage } from "../who/page";
import type { Route } from "./route";

export interface Destination {
  page: string;
  title: string;
  key: string;
}

/** In the order of the navigation. */
export const kDestinations: readonly Destination[] = [
  { page: "now", title: "Now", key: "n" },
  { page: "incidents", title: "Incidents", key: "i" },
  { page: "alerts", title: "Alerts", key: "a" },
  { page: "services", title: "Services", key: "s" },
  { page: "chains", title: "Chains", key: "c" },
  { page: "runbooks", title: "Runbooks", key: "b" },
  { page: "runs", title: "Runs", key: "r" },
  { page: "who", title: "Who", key: "w" },
  { page: "metrics", title: "Metrics", key: "m" },
];

const kLists: Record<string, () => VNode> = {
  now: () => <NowPage />,
  incidents: () => <IncidentsPage />,
  alerts: () => <AlertsPage />,
  services: () => <ServicesPage />,
  chains: () => <ChainsPage />,
  runbooks: () => <RunbooksPage />,
  runs: () => <RunsPage />,
  who: () => <WhoPage />,
  metrics: () => <MetricsPage />,
};

const kItems: Record<string, (id: string) => VNode> = {
  incidents: (id) => <IncidentPage key={id} id={id} />,
  services: (id) => <ServicePage key={id} name={id} />,
  chains: (id) => <ChainPage key={id} name={id} />,
  runbooks: (id) => <RunbookPage key={id} id={id} />,
  runs: (id) => <RunPage key={id} id={id} />,
  fleets: (id) => <FleetPage key={id} name={id} />,
};

export function pageFor({ page, id }: Route): VNode {
  const item = id === null ? undefined : kItems[page];
  if (item && id !== null) return item(id);
  const list = kLists[page];
  return list && id === null ? list() : <Lost />;
}

export function titleOf({ page, id }: Route): string {
  const title = kDestinations.find((entry) => entry.page === page)?.title ?? "Vigie";
  if (id === null) return title;
  return page === "incidents" ? `Incident #${id}` : id;
}

function Lost() {
  return (
    <div class="page-head">
      <div>
        <h1 tabIndex={-1}>There is no such page.</h1>
        <p class="lead"><a href="#/now">Back to Now</a></p>
      </div>
    </div>
  );
}
