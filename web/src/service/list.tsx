import { useState } from "preact/hooks";
import type { Service } from "../api/types";
import { useCell } from "../base/cell";
import { find } from "../find/match";
import { places } from "../find/places";
import { world } from "../live/world";
import { Age } from "../look/moments";
import { Empty, PageHead } from "../look/panel";
import { Shape } from "../look/shape";
import { healthTone, unitTone } from "../look/states";
import { href } from "../shell/route";
import { grouped } from "./grid";

export function ServicesPage() {
  const now = useCell(world);
  const [query, setQuery] = useState("");
  if (!now) return null;
  const { groups, rest } = grouped(now.services);
  const order = [...groups.flatMap((group) => [...(group.cause ? [group.cause] : []), ...group.victims]), ...rest];
  const shown = query.trim() === "" ? order : narrowed(order, query);
  return (
    <>
      <PageHead title="Services">
        <input type="search" aria-label="Narrow the list" placeholder="Narrow: name, symptom" value={query} onInput={(event) => setQuery(event.currentTarget.value)} />
      </PageHead>
      <ul class="rows">{shown.map((service) => <ServiceRow key={service.name} service={service} />)}</ul>
      {shown.length === 0 && <Empty>No service has that name or symptom.</Empty>}
    </>
  );
}

function narrowed(services: Service[], query: string): Service[] {
  const found = new Map(services.map((service) => [href("services", service.name), service]));
  const now = world.get();
  const items = places(now, [], []).filter((item) => item.kind === "service");
  return find(query, items, services.length).map((hit) => found.get(hit.item.address)).filter((service) => service !== undefined);
}

function ServiceRow({ service }: { service: Service }) {
  return (
    <li data-incident={service.incident ?? undefined}>
      <a class="row" href={href("services", service.name)} data-row>
        <Shape tone={healthTone(service.health)} label={service.health} />
        <span class="row-main">
          <span class="row-title">{service.name}</span>
          <span class="row-sub">
            {service.cause ? `victim of ${service.cause}` : (service.why ?? service.health)}
            {service.needs.length > 0 && <span class="faint"> · needs {service.needs.join(", ")}</span>}
          </span>
        </span>
        <span class="row-end">
          {service.unit && <span><Shape tone={unitTone(service.unit.state)} size={12} quiet /> {service.unit.state}</span>}
          <span class="faint">{[service.team, service.environment].filter(Boolean).map((word) => `${word} · `)}<Age since={service.since} parts={1} /></span>
        </span>
      </a>
    </li>
  );
}
