import { useResource } from "../api/resource";
import type { FleetDetail } from "../api/types";
import { useCell } from "../base/cell";
import { count } from "../base/text";
import { Ago } from "../look/moments";
import { Empty, PageHead, Panel, Pending, Stale } from "../look/panel";
import { Shape } from "../look/shape";
import { href, route } from "../shell/route";
import { FleetRows } from "./rows";

export function FleetPage({ name }: { name: string }) {
  const all = useCell(route).query.get("show") === "all";
  const { value, problem, reload } = useResource<FleetDetail>(`fleets/${encodeURIComponent(name)}?limit=1000${all ? "" : "&inactive=true"}`);
  if (!value) return <Pending problem={problem} again={reload} />;
  return (
    <>
      <PageHead title={value.name} lead={`${count(value.devices, "device")}, ${value.inactive.toLocaleString("en-GB")} silent`}>
        <nav class="tabs" aria-label="Which devices">
          <a href={href("fleets", name)} aria-current={all ? undefined : "page"}>Silent</a>
          <a href={href("fleets", name, { show: "all" })} aria-current={all ? "page" : undefined}>All</a>
        </nav>
      </PageHead>
      <Stale problem={problem} />
      <FleetRows fleets={[value]} />
      <Panel title="Devices" note={value.list.length}>
        {value.list.length === 0 && <Empty>{all ? "No device has been heard yet." : "No device is silent."}</Empty>}
        <ul class="devices">
          {value.list.map((device) => (
            <li key={device.device}>
              <Shape tone={device.active ? "ok" : "warn"} label={device.active ? "heard" : "silent"} size={13} />
              <code>{device.device}</code> <span class="faint"><Ago at={device.last_at} /></span>
            </li>
          ))}
        </ul>
      </Panel>
    </>
  );
}
