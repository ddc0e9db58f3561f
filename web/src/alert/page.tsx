import { useState } from "preact/hooks";
import { useResource } from "../api/resource";
import type { Alert } from "../api/types";
import { count } from "../base/text";
import { find } from "../find/match";
import { Empty, PageHead, Pending, Stale } from "../look/panel";
import { AlertRows } from "./rows";

const kOrder: Record<Alert["state"], number> = { firing: 0, pending: 1, resolved: 2 };

export function AlertsPage() {
  const { value, problem, reload } = useResource<{ alerts: Alert[] }>("alerts");
  const [query, setQuery] = useState("");
  if (!value) return <Pending problem={problem} again={reload} />;
  const sorted = [...value.alerts].sort((a, b) => kOrder[a.state] - kOrder[b.state]);
  const shown = query.trim() === "" ? sorted : narrowed(sorted, query);
  const firing = value.alerts.filter((alert) => alert.state === "firing").length;
  return (
    <>
      <PageHead title="Alerts" lead={`${count(firing, "alert")} firing`}>
        <input type="search" aria-label="Narrow the list" placeholder="Narrow: name, label, text" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </PageHead>
      <Stale problem={problem} />
      <AlertRows alerts={shown} />
      {shown.length === 0 && <Empty>{query ? "No alert matches." : "No alert is active."}</Empty>}
    </>
  );
}

function narrowed(alerts: Alert[], query: string): Alert[] {
  const items = alerts.map((alert) => ({
    kind: "page" as const,
    title: alert.labels.alertname ?? "",
    words: [...Object.values(alert.labels), ...Object.values(alert.annotations), alert.state].map((text) => ({ text, weight: 1 })),
    detail: "",
    address: alert.fingerprint,
  }));
  const found = new Set(find(query, items, alerts.length).map((hit) => hit.item.address));
  return alerts.filter((alert) => found.has(alert.fingerprint));
}
