import type { Service } from "../api/types";
import { breakable, classes, longestPart } from "../base/text";
import { Age } from "../look/moments";
import { Shape } from "../look/shape";
import { healthTone } from "../look/states";
import { href } from "../shell/route";

interface Group {
  cause: Service | null;
  causeName: string;
  victims: Service[];
}

const kUrgency: Record<Service["health"], number> = { unhealthy: 0, unknown: 1, starting: 2, healthy: 3 };

/** Causes with their victims tied to them, then everything else, the sick first. */
export function grouped(services: readonly Service[]): { groups: Group[]; rest: Service[] } {
  const groups = new Map<string, Group>();
  for (const service of services) {
    if (service.cause === null || service.cause === service.name) continue;
    const group = groups.get(service.cause) ?? {
      cause: services.find((entry) => entry.name === service.cause) ?? null,
      causeName: service.cause,
      victims: [],
    };
    group.victims.push(service);
    groups.set(service.cause, group);
  }
  const victims = new Set([...groups.values()].flatMap((group) => group.victims));
  const rest = services.filter((service) => !groups.has(service.name) && !victims.has(service));
  // A cause that is itself a victim is shown once, among the victims of its own cause.
  for (const group of groups.values()) if (group.cause && victims.has(group.cause)) group.cause = null;
  rest.sort((a, b) => kUrgency[a.health] - kUrgency[b.health] || a.name.localeCompare(b.name));
  return { groups: [...groups.values()], rest };
}

export function ServiceGrid({ services }: { services: Service[] }) {
  const { groups, rest } = grouped(services);
  return (
    <div class="service-grid">
      {groups.map((group) => (
        <div key={group.causeName} class={group.victims.length === 1 ? "cause-group is-pair" : "cause-group"}>
          {group.cause ? <ServiceCell service={group.cause} /> : <p class="cause-note">because of <strong>{group.causeName}</strong></p>}
          <div class="victims" role="group" aria-label={`Victims of ${group.causeName}`}>
            {group.victims.map((service) => <ServiceCell key={service.name} service={service} />)}
          </div>
        </div>
      ))}
      {rest.map((service) => <ServiceCell key={service.name} service={service} />)}
    </div>
  );
}

/** Letters without a place to break that fit a cell on a phone. */
const kPartMax = 14;

function ServiceCell({ service }: { service: Service }) {
  return (
    <a class={`service-cell is-${service.health}`} href={href("services", service.name)} data-row data-incident={service.incident ?? undefined}>
      <Shape tone={healthTone(service.health)} label={service.health} size={16} />
      <span class={classes("service-name", longestPart(service.name) > kPartMax && "is-long")} title={service.name}>{breakable(service.name)}</span>
      <span class="service-note">{note(service)}</span>
    </a>
  );
}

function note(service: Service) {
  if (service.cause) return <>victim of {service.cause}</>;
  if (service.health !== "healthy" && service.why) return <>{service.why}</>;
  if (service.unit && service.unit.state !== "running") return <>{service.unit.state}</>;
  return <>{service.health === "healthy" ? "for " : `${service.health} `}<Age since={service.since} parts={1} /></>;
}
