import type { Fleet } from "../api/types";
import { duration } from "../base/time";
import { href } from "../shell/route";

export function FleetRows({ fleets }: { fleets: Fleet[] }) {
  return (
    <ul class="fleets">
      {fleets.map((fleet) => (
        <li key={fleet.name}>
          <a class="fleet" href={href("fleets", fleet.name)} data-row>
            <span class="fleet-head">
              <span class="row-title">{fleet.name}</span>
              <span class="fleet-count num"><strong>{fleet.active.toLocaleString("en-GB")}</strong> of {fleet.devices.toLocaleString("en-GB")}</span>
            </span>
            <Share active={fleet.active} devices={fleet.devices} />
            <span class={fleet.inactive > 0 ? "fleet-silent" : "faint"}>{silence(fleet)}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Share({ active, devices }: { active: number; devices: number }) {
  const share = devices > 0 ? (active / devices) * 100 : 0;
  return (
    <svg class="share" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">
      <rect class="share-all" width="100" height="4" />
      <rect class="share-active" width={share} height="4" />
    </svg>
  );
}

function silence(fleet: Fleet): string {
  const limit = duration(fleet.inactive_after_ms);
  return fleet.inactive > 0 ? `${fleet.inactive.toLocaleString("en-GB")} silent for more than ${limit}` : `all heard within ${limit}`;
}
